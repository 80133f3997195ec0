import * as Effect from "effect/Effect"
import { donePlans } from "../../domain/task/donePlans.ts"
import { isFree } from "../../steps/lock/isFree.ts"
import { listTasks } from "../../steps/task/record.ts"
import { Board } from "../context/board.ts"
import { holding } from "../context/holding.ts"
import { transition, withoutReason } from "../context/transition.ts"

/** What ends without a landing says so in its record. */
const over = (kind: "plan" | "explore"): string => (kind === "plan" ? "all children are over" : "nothing to land")

/**
 * Records as merged what is done without a landing: plans whose last child is over, and explorations that a crash kept from
 * their last transition. Asked whenever a child ends and at every start; of several that ask at once, one does it.
 */
export const settlePlans = Effect.fn("settlePlans")(function* () {
  const board = yield* Board
  const tasks = yield* listTasks()
  const answered = tasks.filter((task) => task.kind === "explore" && task.status === "completed").map(({ id }) => id)
  for (const [kind, ids] of [["explore", answered] as const, ["plan", donePlans(tasks)] as const]) {
    for (const id of ids) {
      if (!(yield* isFree("task", String(id)))) continue
      const reason = over(kind)
      yield* holding("task", String(id), (held) =>
        transition(held, (old) => ({ ...withoutReason(old), status: "merged", reason }), { type: "TaskMerged", task: id, reason }),
      ).pipe(
        // Whoever holds it, or was faster, sees the same children.
        Effect.catchTag(["LockHeld", "NotAllowed"], () => Effect.void),
      )
      yield* board.wait(id, undefined)
    }
  }
})

/** After a child has ended. That its plan could not be settled is no failure of the child: the next start does it. */
export const settleAbove = (task: { readonly id: number; readonly parent?: number }) =>
  task.parent === undefined
    ? Effect.void
    : settlePlans().pipe(
        Effect.catch((error) =>
          Effect.flatMap(Board, (board) =>
            board.emit({
              type: "Warned",
              task: task.id,
              message: `plan ${task.parent} could not be looked at: ${error.message}`,
              hint: "The next `osier run` does it again.",
            }),
          ),
        ),
      )
