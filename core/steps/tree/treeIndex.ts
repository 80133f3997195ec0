import * as Effect from "effect/Effect"
import { join } from "node:path"
import { type IndexEntry, readIndex } from "../../domain/git/gitIndex.ts"
import { Files } from "../../world/machine/files.ts"
import { Git, type GitOptions } from "../../world/git/git.ts"
import { passingName } from "../../world/machine/passing.ts"
import { Repository } from "../../world/git/repository.ts"
import { Objects } from "../../world/git/objects.ts"
import { indexTree } from "../../domain/git/indexTree.ts"

/** What a tree's index says, and what git would ignore in it. */
export interface TreeIndex {
  readonly raw: Buffer | undefined
  readonly entries: readonly IndexEntry[]
  /** The staged state as a tree; absent when there is a conflict in it, or it can't be read. */
  readonly tree: string | undefined
  /** When the index was written, in whole seconds: entries as young as that are not to be trusted. */
  readonly writtenSec: number
  /** Paths, folders with a slash at their end. */
  readonly ignored: readonly string[]
}

/** Reads a copy of the index, so that neither its lock nor any damage of it matters, and nothing is written into the tree. */
export const treeIndex = Effect.fn("treeIndex")(function* (path: string, gitDir: string | undefined) {
  const files = yield* Files
  const git = yield* Git
  const { own, commonDir, objectFormat } = yield* Repository
  const hashBytes = objectFormat === "sha256" ? 32 : 20
  const file = gitDir === undefined ? undefined : join(gitDir, "index")
  const raw = file === undefined ? undefined : yield* files.read(file)
  const stat = file === undefined ? undefined : yield* files.stat(file)
  const copy = join(own, "tmp", passingName())
  const env = {
    GIT_DIR: gitDir ?? commonDir,
    GIT_COMMON_DIR: commonDir,
    GIT_WORK_TREE: path,
    GIT_INDEX_FILE: copy,
  }
  const at = { cwd: path, env, config: { "core.fsync": "committed" } }
  const read = Effect.gen(function* () {
    if (raw !== undefined) yield* files.write(copy, raw)
    let entries = raw === undefined ? undefined : readIndex(raw, hashBytes)
    if (raw !== undefined && entries === undefined) {
      yield* git.run(["update-index", "--no-split-index", "--index-version", "2"], at).pipe(Effect.catch(() => Effect.void))
      entries = readIndex((yield* files.read(copy)) ?? new Uint8Array(), hashBytes)
    }
    // Without a readable index every file counts as untracked; that keeps too much, never too little.
    if (entries === undefined) yield* files.remove(copy)
    const tree = entries === undefined ? undefined : yield* writtenTree(entries, at)
    const ignored = yield* git
      .fields(["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"], at)
      .pipe(Effect.catch(() => Effect.succeed<readonly string[]>([])))
    const writtenSec = Math.floor((stat?.mtimeMs ?? 0) / 1000)
    return { raw, entries: entries ?? [], tree, ignored, writtenSec } satisfies TreeIndex
  })
  return yield* Effect.ensuring(read, Effect.ignore(files.remove(copy)))
})

/** The tree of the entries as an object: one that is there already, as most are, needs no git to write it. */
const writtenTree = Effect.fnUntraced(
  function* (entries: readonly IndexEntry[], at: GitOptions) {
    const git = yield* Git
    const objects = yield* Objects
    const { objectFormat } = yield* Repository
    const known = indexTree(entries, objectFormat)
    if (known !== undefined && (yield* objects.look(known))?.type === "tree") return known
    return yield* git.text(["write-tree"], at)
  },
  Effect.catch(() => Effect.succeed(undefined)),
)
