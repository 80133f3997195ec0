import * as Effect from "effect/Effect"
import { keeps } from "../../steps/keep/keeps.ts"
import { readTask } from "../../steps/task/record.ts"
import { Board } from "../context/board.ts"
import { holding } from "../context/holding.ts"
import { dropBranch } from "../tree/plant.ts"
import { reconcile } from "../recovery/reconcile.ts"
import { settleAbove } from "../tasks/settlePlans.ts"
import { transition, withoutReason } from "../context/transition.ts"

/** Gives a task up for good. Its commits and whatever its trees hold are on keep refs before they go. */
export const discardTask = (id: number) =>
  // Looked up before the lock is taken, so that a number without a task leaves none behind.
  Effect.andThen(readTask(id), discarding(id))

const discarding = (id: number) =>
  holding("task", String(id), (held) =>
    Effect.gen(function* () {
      const board = yield* Board
      const { task } = yield* readTask(id)
      yield* board.put(task)
      const { task: mended } = yield* reconcile(held, task, "begin anew")
      if (mended.branch !== undefined && mended.status === "completed") yield* dropBranch(held, mended, mended.branch)
      if (mended.status === "running") {
        // Running without an owner is pending: the lock is ours now.
        const reason = "nobody worked on it any more"
        const released = { type: "TaskReleased", task: id, reason } as const
        yield* transition(held, (old) => ({ ...withoutReason(old), status: "pending" }), released)
      }
      const keep = board.kept.get(id) ?? (yield* keeps(id)).at(-1)?.ref
      const kept = keep === undefined ? {} : { keep }
      yield* transition(held, (old) => ({ ...old, status: "discarded" }), { type: "TaskDiscarded", task: id, ...kept })
      yield* settleAbove(mended)
      return kept
    }),
  )
