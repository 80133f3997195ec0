import * as Effect from "effect/Effect"
import { readTask } from "../steps/record.ts"
import { Board } from "./board.ts"
import { holding } from "./holding.ts"
import { dropBranch } from "./plant.ts"
import { reconcile } from "./reconcile.ts"
import { settleAbove } from "./settlePlans.ts"
import { transition } from "./transition.ts"

/** Gives a task up for good. Its commits and whatever its trees hold are on keep refs before they go. */
export const discardTask = (id: number) =>
  holding("task", String(id), (held) =>
    Effect.gen(function* () {
      const board = yield* Board
      const { task } = yield* readTask(id)
      yield* board.put(task)
      const { task: mended } = yield* reconcile(held, task)
      if (mended.branch !== undefined && mended.status === "completed") yield* dropBranch(mended, mended.branch)
      const keep = board.kept.get(id)
      const kept = keep === undefined ? {} : { keep }
      yield* transition(held, (old) => ({ ...old, status: "discarded" }), { type: "TaskDiscarded", task: id, ...kept })
      yield* settleAbove(mended)
      return kept
    }),
  )
