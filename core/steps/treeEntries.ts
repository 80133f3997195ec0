import * as Effect from "effect/Effect"
import { dirname, join, resolve } from "node:path"
import { Files } from "../world/files.ts"
import { Repository } from "../world/repository.ts"

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
