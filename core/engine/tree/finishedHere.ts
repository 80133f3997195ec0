import * as Effect from "effect/Effect"
import { endedAttempts } from "../../domain/task/attemptRecord.ts"
import type { Task } from "../../domain/task/task.ts"
import { madeRows } from "../../steps/checkout/madeRows.ts"
import { gitIn } from "../../steps/checkout/checkout.ts"
import { withoutCopied } from "../../steps/tree/copyFiles.ts"
import { gitDirOf } from "../../steps/commit/treeEntries.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { readAttempt } from "./attemptState.ts"

/**
 * The attempt that had ended well in a tree and is not judged yet, if what stands there is still exactly its work: nobody
 * has to do that again. By osier's own notes: what stands in the tree is the agent's word.
 */
export const finishedHere = Effect.fn("finishedHere")(function* (task: Task, path: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const state = task.status === "running" ? yield* readAttempt(task.id) : undefined
  // An attempt that the record counts already was judged, and did not pass.
  if (state?.finished === undefined || state.attempt <= endedAttempts(task.attempts).length) return undefined
  const gitDir = yield* gitDirOf(path)
  // The folder's own `.git` is not asked: whoever worked there may have rewritten it.
  const at = gitIn({ path, gitDir }, commonDir)
  const head = yield* git.run(["rev-parse", "HEAD", `refs/heads/${state.branch}`], { ...at, no: /unknown revision/ })
  if (head.code !== 0 || head.stdout.toString().trim() !== `${state.finished}\n${state.finished}`) return undefined
  const rows = yield* git.fields(["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"], at)
  const made = yield* madeRows({ path, gitDir }, rows)
  return (yield* withoutCopied(gitDir, made)).length === 0 ? state : undefined
})
