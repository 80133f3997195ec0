import * as Effect from "effect/Effect"
import { readTask } from "../../steps/task/record.ts"
import { WrongState } from "../run/again.ts"
import { Board } from "../context/board.ts"
import { handTree, NotByHand, standingPlace } from "../tree/handTree.ts"
import { holding } from "../context/holding.ts"
import { branchFor } from "../tree/plant.ts"
import { reconcile } from "../recovery/reconcile.ts"
import { transition, withoutReason } from "../context/transition.ts"

/**
 * One isolated tree for a task, with its plan and prompt inside. The task stays pending until somebody claims it, and the
 * tree stays until then; asked for again, it is the same tree.
 */
export const treeTask = Effect.fn("treeTask")(function* (id: number) {
  const board = yield* Board
  const { task } = yield* readTask(id)
  if (task.kind !== undefined) return yield* new NotByHand({ id, kind: task.kind })
  const standing = yield* standingPlace(id)
  if (standing !== undefined) {
    const { gitDir: _, ...place } = standing
    return { task, place, made: false }
  }
  const open = task.status === "pending" || task.status === "failed" || task.status === "running"
  if (!open) return yield* new WrongState({ id, status: task.status, wanted: "pending" })
  return yield* holding("task", String(id), (held) =>
    Effect.gen(function* () {
      yield* board.put(task)
      const { task: mended } = yield* reconcile(held, task, "begin anew")
      const branch = yield* branchFor(mended)
      const ready = yield* transition(
        held,
        (old) => (old.status === "running" ? { ...withoutReason(old), status: "pending", branch } : { ...old, branch }),
        [],
      )
      return { task: ready, ...(yield* handTree(held, ready, { task: id })) }
    }),
  )
})
