import * as Effect from "effect/Effect"
import { endedAttempts } from "../domain/attemptRecord.ts"
import type { Task } from "../domain/task.ts"
import { withoutCopied } from "../steps/copyFiles.ts"
import { gitDirOf } from "../steps/treeEntries.ts"
import { Git } from "../world/git.ts"
import { readAttempt } from "./attemptState.ts"

/**
 * The attempt that had ended well in a tree and is not judged yet, if what stands there is still exactly its work: nobody
 * has to do that again. By osier's own notes: what stands in the tree is the agent's word.
 */
export const finishedHere = Effect.fn("finishedHere")(function* (task: Task, path: string) {
  const git = yield* Git
  const state = task.status === "running" ? yield* readAttempt(task.id) : undefined
  // An attempt that the record counts already was judged, and did not pass.
  if (state?.finished === undefined || state.attempt <= endedAttempts(task.attempts).length) return undefined
  const head = yield* git.run(["rev-parse", "HEAD", `refs/heads/${state.branch}`], { cwd: path, codes: [0, 128] })
  if (head.code !== 0 || head.stdout.toString().trim() !== `${state.finished}\n${state.finished}`) return undefined
  const rows = yield* git.fields(["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"], { cwd: path })
  return (yield* withoutCopied(yield* gitDirOf(path), rows)).length === 0 ? state : undefined
})
