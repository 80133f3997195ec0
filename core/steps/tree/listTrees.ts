import * as Effect from "effect/Effect"
import { basename, join, sep } from "node:path"
import { readTreeName, treeLock } from "../../domain/task/tree.ts"
import { Files } from "../../world/machine/files.ts"
import { Repository } from "../../world/git/repository.ts"
import { stashFolder } from "./ownStash.ts"
import { pointsBack, type TreeEntry, treeEntries } from "../commit/treeEntries.ts"

/** A tree of osier's; without a `gitDir` git does not know it (any more). */
export interface ListedTree extends Omit<TreeEntry, "gitDir"> {
  readonly gitDir?: string
  /** False when its folder was removed by somebody else, or is another's. */
  readonly there: boolean
}

/**
 * Every tree of osier's: those that carry its lock wherever they are, those below the folder of trees that an agent has
 * unlocked, and folders that a killed process had not registered yet or whose entry was pruned. Other worktrees that stand
 * in the same folder are somebody else's.
 */
export const listTrees = Effect.fn("listTrees")(function* (root: string) {
  const files = yield* Files
  const real = yield* files.realPath(root).pipe(Effect.catch(() => Effect.succeed(root)))
  const known = yield* treeEntries()
  const ours = yield* Effect.filter(known, (entry) => {
    if (entry.lock?.startsWith(treeLock) === true) return Effect.succeed(true)
    if (![root, real].some((folder) => entry.path.startsWith(folder + sep))) return Effect.succeed(false)
    return Effect.map(files.stat(join(entry.gitDir, stashFolder)), (stat) => stat !== undefined)
  })
  const listed = yield* Effect.forEach(ours, (entry) =>
    Effect.gen(function* () {
      const there = (yield* files.stat(entry.path)) !== undefined && (yield* pointsBack(entry, [root, real]))
      return { ...entry, there } satisfies ListedTree
    }),
  )
  const names = (yield* files.list(real)).filter((name) => !name.startsWith(".") && readTreeName(name) !== undefined)
  const strays = yield* Effect.filter(
    names.map((name) => join(real, name)).filter((path) => !known.some((entry) => entry.path === path)),
    isOurs,
  )
  return [...listed, ...strays.map((path): ListedTree => ({ path, there: true }))]
})

/** The task that a tree is, or was, for; undefined when its name does not tell. */
export const taskOfTree = (tree: Pick<ListedTree, "path" | "lock">): number | undefined => named(tree)?.task

/** The fence that a run had the task by when it made the tree, or took it over; undefined for one that was made by hand. */
export const fenceOfTree = (tree: Pick<ListedTree, "path" | "lock">): number | undefined => named(tree)?.fence

const named = (tree: Pick<ListedTree, "path" | "lock">) => readTreeName(tree.lock?.trim() ?? basename(tree.path))

/** An unregistered folder is ours when it is still empty, or says itself that it belongs to this repository. */
const isOurs = Effect.fnUntraced(function* (path: string) {
  const files = yield* Files
  const { commonDir } = yield* Repository
  if ((yield* files.stat(path))?.isDirectory() !== true) return false
  const inside = yield* files.list(path)
  if (inside.length === 0) return true
  const pointer = inside.includes(".git") ? yield* files.text(join(path, ".git")).pipe(Effect.orElseSucceed(() => "")) : ""
  return pointer?.startsWith(`gitdir: ${join(commonDir, "worktrees")}${sep}`) === true
})
