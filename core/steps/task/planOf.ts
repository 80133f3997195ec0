import * as Effect from "effect/Effect"
import { Objects } from "../../world/git/objects.ts"
import { taskRef } from "./record.ts"

/** The name of a task's plan, in its record and in its tree. */
export const planName = "plan.md"

/** The plan that was given with a task; undefined when there was none. */
export const planOf = Effect.fn("planOf")(function* (task: number) {
  const objects = yield* Objects
  return (yield* objects.read(`${taskRef(task)}:${planName}`))?.data.toString()
})
