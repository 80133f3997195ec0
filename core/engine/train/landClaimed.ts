import * as Effect from "effect/Effect"
import type { Held } from "../../steps/lock/lock.ts"
import { Board } from "../context/board.ts"
import { finish } from "./finish.ts"
import { finishedAs } from "./finishedAs.ts"
import { standingPlace } from "../tree/handTree.ts"
import { keepAndRemove } from "../tree/plant.ts"
import { offer } from "./train.ts"
import { transition } from "../context/transition.ts"

/** Finished work of somebody who claimed the task: it lands under their claim, and what the train sends back is theirs. */
export const landClaimed = Effect.fn("landClaimed")(function* (held: Held, id: number) {
  const board = yield* Board
  const task = board.task(id)
  const work = task === undefined ? undefined : yield* finishedAs(task)
  if (task === undefined || work === undefined) return
  const answer = yield* offer(held, task, work)
  if (answer.type === "landed") {
    const standing = yield* standingPlace(id)
    if (standing !== undefined) yield* keepAndRemove(held, id, standing, "left in the tree of landed work")
    yield* finish(held, task, work, answer.landing)
  }
  if (answer.type !== "ejected") return
  const { reason } = answer.lost
  const back = { type: "TaskRetried", task: id, attempt: task.attempts.length + 1, reason } as const
  yield* transition(held, (old) => ({ ...old, status: "running", reason }), back, { "evidence.md": answer.evidence })
})
