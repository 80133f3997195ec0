import * as Effect from "effect/Effect"
import { isOver } from "../../domain/task/task.ts"
import { changeTask, readTask } from "../../steps/task/record.ts"
import { holding } from "../context/holding.ts"
import { usable } from "./preflight.ts"

/** Gives tasks to another agent; what is known of earlier attempts stays with them. Nothing changes where nothing is left to do. */
export const giveAgent = Effect.fn("giveAgent")(function* (ids: readonly number[], agent: string) {
  yield* usable([agent])
  for (const id of ids) {
    const { task } = yield* readTask(id)
    if (task.agent === agent || task.status === "completed" || isOver(task.status)) continue
    yield* holding("task", String(id), (held) => changeTask(id, (now) => ({ ...now, agent }), { held }))
  }
})
