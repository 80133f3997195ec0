import * as Effect from "effect/Effect"
import { isOver } from "../../domain/task/task.ts"
import { listTasks } from "../../steps/task/record.ts"
import { sweepAttempts } from "../attempt/sweepAttempts.ts"
import { clearOver } from "../tree/clearOver.ts"
import { sweepLeft } from "./sweepLeft.ts"

/**
 * Clears up after tasks that this run had to leave and another owner has done meanwhile, as after a suspend beyond the lease: their
 * trees, and, of those whose journey broke off here, their branches and what was noted of their attempts.
 */
export const clearLost = Effect.fn("clearLost")(function* (brokenOff: ReadonlySet<number>) {
  const tasks = yield* listTasks()
  yield* clearOver(tasks)
  const lost = tasks.filter(({ id, status }) => brokenOff.has(id) && isOver(status))
  if (lost.length === 0) return
  yield* sweepLeft(lost)
  yield* sweepAttempts(tasks)
})
