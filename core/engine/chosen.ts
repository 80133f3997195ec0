import * as Effect from "effect/Effect"
import { isOver } from "../domain/task.ts"
import { listTasks, readTask } from "../steps/record.ts"
import { Board } from "./board.ts"

/** Which tasks a run is about: these, or all that are not over. */
export interface Choice {
  readonly ids: readonly number[] | "ready"
  /** Failed ones get another go. */
  readonly retryFailed?: boolean
}

/** Reads the chosen tasks, and whatever they need, onto the board; answers with the numbers of the chosen. */
export const chosen = Effect.fn("chosen")(function* (choice: Choice) {
  const board = yield* Board
  const ids = choice.ids === "ready" ? (yield* listTasks()).filter((task) => !isOver(task.status)).map((task) => task.id) : choice.ids
  const seen = new Set<number>()
  const wanted = [...ids]
  for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    const { task } = yield* readTask(id)
    yield* board.put(task)
    wanted.push(...task.needs)
  }
  return ids
})
