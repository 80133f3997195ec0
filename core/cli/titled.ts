import * as Effect from "effect/Effect"
import { isOver } from "../domain/task/task.ts"
import { listTasks } from "../steps/task/record.ts"
import type { LiveView } from "./liveView.ts"

/** Tells the view how the tasks of the store are called, then does the work on them. */
export const titled = Effect.fnUntraced(function* <A, E, R>(live: LiveView, work: Effect.Effect<A, E, R>) {
  const tasks = yield* listTasks()
  live.know(tasks.filter(({ status }) => !isOver(status)).map(({ id, title }) => [id, title] as const))
  return yield* work
})
