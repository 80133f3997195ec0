import * as Effect from "effect/Effect"
import { isAbsolute, join } from "node:path"
import { Git } from "./git.ts"
import { Repository } from "./repository.ts"

/** Where the user's hooks are: a folder, absolute, or relative to the top of whichever worktree a hook runs in. */
export const userHooks = Effect.fn("userHooks")(function* () {
  const git = yield* Git
  const { root, commonDir, bare } = yield* Repository
  const at = bare ? ["--git-dir", commonDir] : []
  const values = yield* git.fields([...at, "config", "-z", "--path", "--get-all", "core.hooksPath"], { cwd: root, codes: [0, 1] })
  // The last one is our own pin, which keeps hooks out of osier's git.
  return values.at(-2) ?? join(commonDir, "hooks")
})

/** The folder of the user's hooks as their own checkout sees it. */
export const hooksFolder = Effect.fn("hooksFolder")(function* () {
  const { root } = yield* Repository
  const hooks = yield* userHooks()
  return isAbsolute(hooks) ? hooks : join(root, hooks)
})
