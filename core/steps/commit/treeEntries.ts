import * as Effect from "effect/Effect"
import { dirname, join, resolve, sep } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Repository } from "../../world/git/repository.ts"

/** What git keeps about one linked worktree, whoever made it. */
export interface TreeEntry {
  readonly gitDir: string
  readonly path: string
  readonly branch?: string
  readonly head?: string
  readonly lock?: string
}

/**
 * Every linked worktree of the repository. Read from the files and not from `git worktree list`, which dies when another
 * process has made an entry by half; here such an entry is simply not there yet.
 */
export const treeEntries = Effect.fn("treeEntries")(function* () {
  const { commonDir } = yield* Repository
  const files = yield* Files
  const folder = join(commonDir, "worktrees")
  const names = yield* files.list(folder)
  const found = yield* Effect.forEach(names, (name) => readEntry(join(folder, name)), { concurrency: 8 })
  return found.filter((entry) => entry !== undefined)
})

const readEntry = Effect.fnUntraced(function* (gitDir: string) {
  const files = yield* Files
  const pointer = (yield* files.text(join(gitDir, "gitdir")))?.trim()
  const head = (yield* files.text(join(gitDir, "HEAD")))?.trim()
  if (pointer === undefined || pointer === "" || head === undefined) return undefined
  const lock = (yield* files.text(join(gitDir, "locked")))?.trim()
  const entry: TreeEntry = {
    gitDir,
    path: dirname(resolve(gitDir, pointer)),
    ...headOf(head),
    ...(lock === undefined ? {} : { lock }),
  }
  return entry
})

/**
 * Whether the folder that an entry names is its tree. An agent can write any path into its entry: another tree's, or that of
 * the user's own checkout. Where the folder's own `.git` says nothing, it is only taken for a tree below the roots of trees.
 */
export const pointsBack = Effect.fn("pointsBack")(function* (entry: Pick<TreeEntry, "gitDir" | "path">, roots?: readonly string[]) {
  const files = yield* Files
  const { commonDir, root } = yield* Repository
  if ([commonDir, root].some((own) => own === entry.path || own.startsWith(entry.path + sep))) return false
  const below = roots === undefined || roots.some((each) => entry.path.startsWith(each + sep))
  const own = join(entry.path, ".git")
  const stat = yield* files.stat(own)
  if (stat?.isFile() !== true) return below
  const pointer = /^gitdir: (.+)$/m.exec((yield* files.text(own)) ?? "")?.[1]
  const there = pointer === undefined ? undefined : resolve(entry.path, pointer)
  // What leads nowhere was written by somebody who has no other tree there either.
  if (there === entry.gitDir) return true
  return below && (there === undefined || (yield* files.stat(join(there, "gitdir"))) === undefined)
})

/** The path of the checkout that is on a branch, the user's own included. */
export const branchHolder = Effect.fn("branchHolder")(function* (branch: string) {
  const { commonDir, root, bare } = yield* Repository
  const files = yield* Files
  const own = headOf((yield* files.text(join(commonDir, "HEAD")))?.trim() ?? "")
  if (!bare && own.branch === branch) return root
  return (yield* treeEntries()).find((entry) => entry.branch === branch)?.path
})

/** The git directory of a linked worktree; of a path that is none, the place where a worktree's own git would look. */
export const gitDirOf = Effect.fn("gitDirOf")(function* (path: string) {
  const entry = (yield* treeEntries()).find((each) => each.path === path)
  return entry?.gitDir ?? join(path, ".git")
})

const headOf = (head: string): { readonly branch?: string; readonly head?: string } => {
  const ref = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1]
  if (ref !== undefined) return { branch: ref }
  return /^[0-9a-f]{40,64}$/.test(head) ? { head } : {}
}
