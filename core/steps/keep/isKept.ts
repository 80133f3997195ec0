import * as Effect from "effect/Effect"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { keepPrefix } from "../commit/keepCommit.ts"

/** Whether a keep of the task holds the commit. That there is a keep says nothing: an earlier attempt may have made it. */
export const isKept = Effect.fn("isKept")(function* (task: number, commit: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const args = ["--git-dir", commonDir, "for-each-ref", "--count=1", `--contains=${commit}`, `${keepPrefix}${task}/`]
  return (yield* git.run(args, { cwd: commonDir })).stdout.length > 0
})
