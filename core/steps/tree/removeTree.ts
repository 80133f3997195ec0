import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import { basename, dirname, join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { moveInto, removeEmptyFolder, removeWhole } from "../../world/machine/folders.ts"
import { Mutex } from "../../world/machine/mutex.ts"
import { Repository } from "../../world/git/repository.ts"
import { worktreesLock } from "./addWorktree.ts"
import { notClean } from "./notClean.ts"
import { pointsBack, treeEntries } from "../commit/treeEntries.ts"

/** There is something in the tree that nobody has proven to be elsewhere. */
export class TreeNotClean extends Data.TaggedError("TreeNotClean")<{ readonly path: string; readonly what: readonly string[] }> {
  override get message() {
    return `${this.path} holds work that is nowhere else: ${this.what.slice(0, 10).join(", ")}`
  }
  get hint() {
    return "Keep it first with `osier keep`, or commit it."
  }
  readonly exit = 5
}

/** Why nothing is lost with the tree: "kept on refs/osier/keep/12/1", "landed in 1a2b3c". */
export interface Proof {
  readonly proven: true
  readonly reason: string
}

const trash = ".trash"

/**
 * A tree is gone the moment its folder is renamed away; the files are deleted beside the run, see `emptyTrash`. Without a
 * proof it must be clean, ignored files and commits included. A tree whose folder is already gone only loses its entry.
 */
export const removeTree = Effect.fn("removeTree")(function* (
  tree: { readonly path: string; readonly gitDir?: string; readonly there?: boolean },
  proof?: Proof,
) {
  const files = yield* Files
  const mine = tree.gitDir === undefined || (yield* pointsBack({ path: tree.path, gitDir: tree.gitDir }))
  const there = tree.there !== false && mine && (yield* files.stat(tree.path)) !== undefined
  if (there && proof === undefined) {
    const what = yield* notClean(tree)
    if (what.length > 0) return yield* new TreeNotClean({ path: tree.path, what })
  }
  const gitDir = tree.gitDir ?? (yield* treeEntries()).find((entry) => entry.path === tree.path)?.gitDir
  // First, so that a kill after the rename leaves an entry that git itself prunes.
  if (gitDir !== undefined) yield* files.remove(join(gitDir, "locked"))
  const bin = join(dirname(tree.path), trash)
  const name = `${basename(tree.path)}-${nanoid(8)}`
  if (there) yield* moveInto(tree.path, bin, name)
  if (gitDir !== undefined) yield* dropEntry({ path: tree.path, gitDir })
  // Last, because it keeps the disk busy.
  if (there) yield* Effect.forkDetach(removeWhole(join(bin, name)))
})

/**
 * Removes one entry of `.git/worktrees` after a look that it is this tree's. It is renamed out of the folder first: git
 * processes that list worktrees die on an entry that is half gone.
 */
export const dropEntry = Effect.fn("dropEntry")(function* (tree: { readonly path: string; readonly gitDir: string }) {
  const mutex = yield* Mutex
  const files = yield* Files
  const { own, commonDir } = yield* Repository
  const act = Effect.gen(function* () {
    const entry = (yield* treeEntries()).find((each) => each.gitDir === tree.gitDir)
    if (entry === undefined || (entry.path !== tree.path && (yield* files.stat(entry.path)) !== undefined && (yield* pointsBack(entry))))
      return
    const bin = join(own, "trash")
    const name = `${basename(tree.gitDir)}-${nanoid(8)}`
    yield* moveInto(tree.gitDir, bin, name)
    yield* removeWhole(join(bin, name))
    yield* removeEmptyFolder(bin)
    yield* removeEmptyFolder(join(commonDir, "worktrees"))
  })
  yield* mutex.withLock(yield* worktreesLock, act)
})

/**
 * Finishes the deletions below a folder of trees, those of killed runs included, and takes the folder away when nothing is
 * left in it. Answers with what could not be deleted in time.
 */
export const emptyTrash = Effect.fn("emptyTrash")(function* (root: string, limit: { readonly withinMs?: number } = {}) {
  const files = yield* Files
  const { own } = yield* Repository
  const tried: string[] = []
  for (const bin of [join(root, trash), join(own, "trash")]) {
    const names = yield* files.list(bin)
    tried.push(...names.map((name) => join(bin, name)))
    yield* Effect.forEach(names, (name) => removeWhole(join(bin, name)), { concurrency: 4, discard: true }).pipe(
      Effect.timeoutOption(limit.withinMs ?? 60_000),
    )
    yield* removeEmptyFolder(bin)
  }
  const rest = yield* files.list(root)
  if (rest.length === 1 && rest[0] === ".gitignore" && (yield* files.text(join(root, ".gitignore"))) === "*\n") {
    yield* files.remove(join(root, ".gitignore"))
  }
  yield* removeEmptyFolder(root)
  return yield* Effect.filter(tried, (path) => Effect.map(files.stat(path), (stat) => stat !== undefined))
})
