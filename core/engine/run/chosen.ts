import * as Effect from "effect/Effect"
import { isOver } from "../../domain/task/task.ts"
import type { TaskFileBroken } from "../../domain/task/taskFile.ts"
import type { Summary } from "../../domain/task/trailers.ts"
import { readTask, surveyTasks } from "../../steps/task/record.ts"
import { Board } from "../context/board.ts"
import { numberDrafts } from "../tasks/numberDrafts.ts"

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
  const { tasks: all, broken } = yield* surveyTasks()
  const unreadable = (task: number, { message, hint }: TaskFileBroken) =>
    board.emit({ type: "Warned", task, message: `task ${task} is left out: ${message}`, hint })
  if (choice.ids === "ready") for (const { id, error } of broken) yield* unreadable(id, error)
  const ready = all.filter((task) => !isOver(task.status) && task.kind === undefined)
  const asked = choice.ids === "ready" ? ready.map((task) => task.id) : partsOf(choice.ids, all)
  const seen = new Set<number>()
  const wanted = [...asked]
  const left = new Set<number>()
  for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    const read = yield* Effect.result(readTask(id))
    if (read._tag === "Success") {
      yield* board.put(read.success.task)
      wanted.push(...read.success.task.needs)
    } else if (read.failure._tag === "TaskFileBroken" && (choice.ids === "ready" || !choice.ids.includes(id))) {
      yield* unreadable(id, read.failure)
      left.add(id)
    } else return yield* read.failure
  }
  return asked.filter((id) => !left.has(id))
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
