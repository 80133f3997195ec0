import * as Effect from "effect/Effect"
import { Git } from "../world/git.ts"
import { Repository } from "../world/repository.ts"

/** What git's diff says between two commits of a task's work; osier's own folder in a tree is nobody's work. */
export const compareWork = Effect.fn("compareWork")(function* (base: string, tip: string, options: readonly string[]) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const all = ["--git-dir", commonDir, "diff", ...options, base, tip, "--", ":(top)", ":(top,exclude).osier"]
  const ended = yield* git.run(all, { cwd: commonDir, env: { GIT_LITERAL_PATHSPECS: "0" } })
  return ended.stdout.toString()
})
