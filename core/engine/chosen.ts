import * as Effect from "effect/Effect"
import { isOver } from "../domain/task.ts"
import type { Summary } from "../domain/trailers.ts"
import { listTasks, readTask } from "../steps/record.ts"
import { Board } from "./board.ts"
import { numberDrafts } from "./numberDrafts.ts"

/** Which tasks a run is about: these, or all that are not over. */
export interface Choice {
  readonly ids: readonly number[] | "ready"
  /** Failed ones get another go. */
  readonly retryFailed?: boolean
}

/** Reads the chosen tasks, and whatever they need, onto the board; answers with the numbers of the chosen. */
export const chosen = Effect.fn("chosen")(function* (choice: Choice) {
  const board = yield* Board
  if (choice.ids === "ready") yield* numbered
  const all = yield* listTasks()
  const ready = all.filter((task) => !isOver(task.status) && task.kind === undefined)
  const ids = choice.ids === "ready" ? ready.map((task) => task.id) : partsOf(choice.ids, all)
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

/** Drafts are tasks as soon as they can have numbers; until then everything else goes on without them. */
const numbered = Effect.gen(function* () {
  const board = yield* Board
  yield* numberDrafts().pipe(
    Effect.catchTag("RemoteUnreachable", ({ message }) =>
      board.emit({
        type: "Warned",
        message: `drafts have no numbers yet: ${message}`,
        hint: "The next `osier run` or `osier sync` tries again.",
      }),
    ),
  )
})

/** A plan that was accepted is done by doing its children. */
const partsOf = (ids: readonly number[], all: readonly Summary[]): readonly number[] => {
  const found = new Set(ids)
  for (const id of found) {
    const children = all.find((task) => task.id === id)?.children
    if (children === undefined) continue
    found.delete(id)
    for (const child of children) found.add(child)
  }
  return [...found]
}
