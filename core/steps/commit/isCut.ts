import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"

/**
 * Whether a shallow clone lacks part of what the second commit has beyond the first, so that nobody here can tell whether
 * the one contains the other.
 */
export const isCut = Effect.fn("isCut")(function* (commit: string, of: string) {
  const [files, git, { commonDir }] = [yield* Files, yield* Git, yield* Repository]
  const cuts = new Set((yield* files.text(join(commonDir, "shallow")))?.split("\n"))
  if (cuts.size === 0) return false
  const beyond = yield* git.text(["--git-dir", commonDir, "rev-list", of, "--not", commit], { cwd: commonDir })
  return beyond.split("\n").some((one) => one !== "" && cuts.has(one))
})
