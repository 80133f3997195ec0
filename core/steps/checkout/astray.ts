import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { basename, dirname, join, resolve, sep } from "node:path"
import { quoteWord } from "../../domain/text/quoteWord.ts"
import { Files } from "../../world/machine/files.ts"
import { treeEntries } from "../commit/treeEntries.ts"

/** A tree is not where git says: it was moved, its disk is not mounted, or it was deleted, and its absence proves none of these. */
export class TreeAstray extends Data.TaggedError("TreeAstray")<{ readonly path: string; readonly now: string | undefined }> {
  override get message() {
    if (this.now === this.path) return `the tree ${this.path} names a repository that is not there, as when this one was moved`
    if (this.now !== undefined) return `the tree ${this.path} was moved to ${this.now}, and git does not know that`
    return `the tree ${this.path} is not there, and nothing tells whether it was moved or deleted`
  }
  get hint() {
    if (this.now !== undefined) return `git worktree repair ${quoteWord(this.now)}`
    const path = quoteWord(this.path)
    return `if it was moved: git worktree repair <where it is now>; if it is gone for good: git worktree unlock ${path} && git worktree prune`
  }
  readonly exit = 3
}

/**
 * Whether a tree's folder may be somewhere else than its entry says. An entry that osier itself was taking away has lost its
 * lock already; that is the only absence which is explained.
 */
export const astray = Effect.fn("astray")(function* (
  tree: { readonly path: string; readonly gitDir?: string; readonly lock?: string },
  root: string,
) {
  const files = yield* Files
  const { path, gitDir } = tree
  const named = yield* pointerIn(path)
  if (gitDir === undefined || named === gitDir) return undefined
  // Moved together with its repository a tree still names the old place, where now nothing is, or another repository.
  const same = (pointer: string) => basename(pointer) === basename(gitDir) && basename(dirname(pointer)) === "worktrees"
  const real = yield* files.realPath(root).pipe(Effect.orElseSucceed(() => root))
  const below = [root, real].some((folder) => path.startsWith(folder + sep))
  if (named !== undefined && !below && same(named) && (yield* files.stat(named)) === undefined) return new TreeAstray({ path, now: path })
  const now = join(real, basename(path))
  const taken = now === path || (yield* treeEntries()).some((entry) => entry.path === now)
  const pointer = taken ? undefined : yield* pointerIn(now)
  if (pointer !== undefined && same(pointer)) return new TreeAstray({ path, now })
  if (tree.lock === undefined || (yield* files.stat(path)) !== undefined) return undefined
  return new TreeAstray({ path, now: undefined })
})

/** The git directory that a tree's own `.git` file names. */
const pointerIn = Effect.fnUntraced(function* (path: string) {
  const files = yield* Files
  const file = join(path, ".git")
  if ((yield* files.stat(file))?.isFile() !== true) return undefined
  const pointer = /^gitdir: (.+)$/m.exec((yield* files.text(file)) ?? "")?.[1]
  return pointer === undefined ? undefined : resolve(path, pointer)
})
