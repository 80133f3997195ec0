import * as Effect from "effect/Effect"
import { join } from "node:path"
import { isOver } from "../../domain/task/task.ts"
import type { Summary } from "../../domain/task/trailers.ts"
import { isFree } from "../../steps/lock/isFree.ts"
import { readTask } from "../../steps/task/record.ts"
import { Files } from "../../world/machine/files.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { trySwap } from "../../world/git/trySwap.ts"
import { attemptRefs, readAttempt } from "../tree/attemptState.ts"

/**
 * Takes away what was written down of attempts that nobody will go on with: of tasks that are over, whoever finished them, and
 * of attempts that are recorded and have changed nothing that still has to be weighed.
 */
export const sweepAttempts = Effect.fn("sweepAttempts")(function* (tasks: readonly Summary[]) {
  const refs = yield* Refs
  const files = yield* Files
  const { own } = yield* Repository
  const status = new Map(tasks.map((task) => [task.id, task.status]))
  const free = (id: number) => isFree("task", String(id))
  const isDone = (id: number) => {
    const now = status.get(id)
    return now === undefined || isOver(now)
  }
  const weighed = Effect.fnUntraced(function* (id: number) {
    const state = yield* readAttempt(id)
    const { task } = yield* readTask(id)
    return state === undefined || (state.noticed.length === 0 && state.attempt <= task.attempts.length)
  })
  for (const [ref, at] of yield* refs.list(attemptRefs)) {
    const id = Number(ref.slice(attemptRefs.length))
    if (!(yield* free(id)) || !(isDone(id) || (yield* weighed(id)))) continue
    yield* trySwap([{ ref, from: at, to: undefined }])
  }
  const folder = join(own, "attempts")
  for (const name of yield* files.list(folder)) {
    const id = Number(name.split("-")[0])
    const open = status.get(id) === "running" || status.get(id) === "pending"
    const goesOn = open && (yield* readAttempt(id))?.looked !== true
    if (!goesOn && (yield* free(id))) yield* files.remove(join(folder, name))
  }
})
