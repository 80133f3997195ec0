import * as Effect from "effect/Effect"
import type { EventBody } from "../../domain/event/event.ts"
import type { Task } from "../../domain/task/task.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { changeTask } from "../../steps/task/record.ts"
import { Board } from "./board.ts"
import { mendRecord } from "./watchOwnRefs.ts"

/** Changes a task that we own: the record first, then what everybody sees of it. */
export const transition = Effect.fn("transition")(function* (
  held: Held,
  change: (task: Task) => Task,
  event: EventBody | readonly EventBody[],
  files: Readonly<Record<string, string>> = {},
) {
  const board = yield* Board
  yield* mendRecord(Number(held.name))
  const { task } = yield* changeTask(Number(held.name), change, { held, files })
  yield* board.emit(event)
  yield* board.put(task)
  return task
})

/** A copy without the reason of an earlier state, which no longer holds. */
export const withoutReason = (task: Task): Task => {
  const { reason: _, ...rest } = task
  return rest
}
