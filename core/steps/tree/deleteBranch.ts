import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { BranchInUse } from "./claimBranch.ts"
import { branchHolder } from "../commit/treeEntries.ts"

/**
 * Deletes a branch that is exactly where the caller has proven it may go from; anything else fails with `SwapLost`. Its
 * reflog goes with it, and its configuration section, as with `git branch -d`.
 */
export const deleteBranch = Effect.fn("deleteBranch")(function* (input: { readonly branch: string; readonly at: string }) {
  const refs = yield* Refs
  const git = yield* Git
  const files = yield* Files
  const { commonDir } = yield* Repository
  const path = yield* branchHolder(input.branch)
  if (path !== undefined) return yield* new BranchInUse({ branch: input.branch, path })
  yield* refs.swap([{ ref: `refs/heads/${input.branch}`, from: input.at, to: undefined }])
  // A look at the file is enough in most repositories, and much cheaper than asking git.
  if (!/\[\s*branch/i.test((yield* files.text(join(commonDir, "config"))) ?? "")) return
  const at = { cwd: commonDir, codes: [0, 1] }
  const keys = yield* git.fields(["--git-dir", commonDir, "config", "--local", "-z", "--name-only", "--get-regexp", "^branch\\."], at)
  if (keys.some((key) => key.slice(0, key.lastIndexOf(".")) === `branch.${input.branch}`)) {
    yield* git.run(["--git-dir", commonDir, "config", "--local", "--remove-section", `branch.${input.branch}`], {
      ...at,
      codes: [0, 5],
      no: /no such section/i,
    })
  }
})
