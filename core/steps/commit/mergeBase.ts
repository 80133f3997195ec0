import * as Effect from "effect/Effect"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { forkOf } from "./forkOf.ts"

/** The commit from which both histories went on; undefined when they have nothing in common. */
export const mergeBase = Effect.fn("mergeBase")(function* (one: string, other: string) {
  const fork = yield* forkOf(one, other)
  if (fork !== undefined) return fork.base
  const git = yield* Git
  const { commonDir } = yield* Repository
  const found = yield* git.run(["--git-dir", commonDir, "merge-base", one, other], { cwd: commonDir, codes: [0, 1] })
  const base = found.stdout.toString().trim().split("\n")[0]
  return base === "" ? undefined : base
})
