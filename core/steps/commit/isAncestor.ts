import * as Effect from "effect/Effect"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { forkOf } from "./forkOf.ts"

/** Whether everything of the first commit is in the second. */
export const isAncestor = Effect.fn("isAncestor")(function* (commit: string, of: string) {
  if (commit === of) return true
  const fork = yield* forkOf(commit, of)
  if (fork !== undefined) return fork.one.length === 0
  const git = yield* Git
  const { commonDir } = yield* Repository
  const asked = yield* git.run(["--git-dir", commonDir, "merge-base", "--is-ancestor", commit, of], { cwd: commonDir, codes: [0, 1] })
  return asked.code === 0
})
