import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Reaper } from "../../world/machine/reaper.ts"
import { Repository } from "../../world/git/repository.ts"

/**
 * Removes the lock files that git left in a tree whose attempt is over: those of the tree's own index and HEAD, and of its
 * branch. While a process of the attempt lives, or any that stands in the tree, they may be in use and stay; answers with both.
 */
export const freeLocks = Effect.fn("freeLocks")(function* (of: Where) {
  const files = yield* Files
  const reaper = yield* Reaper
  const traces = { ...(of.mark === undefined ? {} : { mark: of.mark }), folder: of.tree }
  for (let looks = 1; ; looks++) {
    const standing = yield* locksOf(of)
    if (standing.length === 0) return { removed: [], held: [] }
    if ((yield* reaper.find(traces)).length === 0) {
      for (const path of standing) yield* files.remove(path)
      return { removed: standing, held: [] }
    }
    if (looks === looksMax) return { removed: [], held: standing }
    yield* Effect.sleep(againMs)
  }
})

interface Where {
  readonly tree: string
  readonly gitDir: string
  readonly branch: string
  /** The mark of the attempt's processes. */
  readonly mark?: string
}

/** An editor that looks at a tree holds its index for moments. */
const looksMax = 8
const againMs = 250

const locksOf = Effect.fnUntraced(function* (of: Where) {
  const files = yield* Files
  const { commonDir } = yield* Repository
  const own = (yield* files.list(of.gitDir)).filter((name) => name.endsWith(".lock")).map((name) => join(of.gitDir, name))
  const branch = join(commonDir, "refs", "heads", `${of.branch}.lock`)
  return (yield* files.stat(branch)) === undefined ? own : [...own, branch]
})
