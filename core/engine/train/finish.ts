import * as Effect from "effect/Effect"
import type { Task } from "../../domain/task/task.ts"
import { deleteBranch } from "../../steps/tree/deleteBranch.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { Refs } from "../../world/git/refs.ts"
import { Board } from "../context/board.ts"
import { hideBranch } from "../attempt/showBranch.ts"
import { isAdopted } from "../tree/plant.ts"
import { RunContext } from "../context/runContext.ts"
import { settleAbove } from "../tasks/settlePlans.ts"
import { transition, withoutReason } from "../context/transition.ts"
import type { Finished } from "../attempt/workOn.ts"

/** What follows from a landing, and may be repeated after any crash: the record says so, and the branch goes. */
export const finish = Effect.fn("finish")(function* (held: Held, task: Task, work: Finished, landing: string) {
  const board = yield* Board
  const refs = yield* Refs
  const { settings } = yield* RunContext
  const merged = yield* transition(
    held,
    (old) => ({ ...withoutBranch(withoutReason(old), settings.keepBranch), status: "merged", landed: landing }),
    {
      type: "TaskMerged",
      task: task.id,
      commit: landing,
    },
  )
  yield* board.wait(task.id, undefined)
  yield* settleAbove(merged)
  const evidence = `refs/osier/evidence/${task.id}`
  const shown = yield* refs.read(evidence)
  if (shown !== undefined) yield* refs.swap([{ ref: evidence, from: shown, to: undefined }]).pipe(Effect.ignore)
  if (settings.keepBranch || isAdopted(task) || work.branch === "") return merged
  yield* hideBranch(work.branch, work.tip).pipe(Effect.ignore)
  if ((yield* refs.read(`refs/heads/${work.branch}`)) === undefined) return merged
  // Only the very commit that was landed is let go; a branch that moved on since is somebody's work.
  yield* deleteBranch({ branch: work.branch, at: work.tip }).pipe(
    Effect.andThen(board.emit({ type: "BranchDeleted", task: task.id, branch: work.branch, commit: work.tip })),
    Effect.catch((error) =>
      board.emit({
        type: "Warned",
        task: task.id,
        message: `branch ${work.branch} was left: ${error.message}`,
        hint: `See what is on it with \`git log ${work.tip}..${work.branch}\`.`,
      }),
    ),
  )
  return merged
})

/** A branch that is to stay is the user's from now on: no later run, whatever its settings, may find it in the record and take it away. */
const withoutBranch = (task: Task, stays: boolean): Task => {
  if (!stays || isAdopted(task)) return task
  const { branch: _, ...rest } = task
  return rest
}
