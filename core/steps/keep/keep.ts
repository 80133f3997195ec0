import * as Effect from "effect/Effect"
import { keepMessage } from "../../domain/git/keepMessage.ts"
import { isJudged, keptName } from "../../domain/git/keptName.ts"
import type { KeepManifest } from "../../domain/git/keepManifest.ts"
import { type CommitFields, Objects } from "../../world/git/objects.ts"
import { type Found, walk } from "../../world/machine/walk.ts"
import { claimKeep, keeper } from "../commit/keepCommit.ts"
import { looseEnds } from "./looseEnds.ts"
import { storeFile } from "./storeFile.ts"
import { survey } from "./survey.ts"
import { treeEntries } from "../commit/treeEntries.ts"
import type { TreeIndex } from "../tree/treeIndex.ts"
import { workSince } from "../commit/workSince.ts"
import { type Leaf, writeTrees } from "../commit/writeTrees.ts"

export interface Keep {
  readonly ref: string
  readonly commit: string
  /** How many of its files differ from what the work began with. */
  readonly files: number
  /** What could not be taken along, named. */
  readonly left: readonly string[]
}

/** Whose tree is kept, and why. */
interface KeepInput {
  readonly task: number | string
  readonly attempt: number | string
  readonly tree: string
  /** A commit that belongs to the work, wherever HEAD is. */
  readonly tip?: string | undefined
  /** The target: where the work left its history is where it began. */
  readonly onto?: string | undefined
  readonly reason: string
  /** Globs of caches that are not worth keeping. */
  readonly keepIgnored: readonly string[]
  readonly copy: readonly string[]
  readonly maxBytes: number
}

/**
 * Puts everything a tree holds on a keep ref of its own: files as bytes, without any filter, the staged state, the commits
 * that nothing else names, and the tree's own git files. Undefined when there is nothing in it that git does not have
 * elsewhere. Nothing in the tree is changed; a moved HEAD, a locked or damaged index and a lost `.git` are no obstacle.
 *
 * The commit's parents are HEAD, the staged state, the notes (what a git tree can't say) and other nameless commits.
 */
export const keep = Effect.fn("keep")(function* (input: KeepInput) {
  const objects = yield* Objects
  const gitDir = (yield* treeEntries()).find((entry) => entry.path === input.tree)?.gitDir
  const ends = yield* looseEnds(gitDir, input.tip === undefined ? [] : [input.tip])
  const found = yield* survey({ ...input, gitDir })
  const headTree = ends.head === undefined ? undefined : (yield* objects.look(`${ends.head}^{tree}`))?.oid
  const staged = found.index.raw !== undefined && found.index.tree !== headTree
  if (found.why.length === 0 && ends.nameless.length === 0 && ends.open === undefined && !staged) return undefined
  const { stored, unreadable } = yield* storeAll(found.files)
  const left = [...found.left, ...unreadable]
  const links = found.cleanLinks.map((entry): Leaf => ({ names: keptNames(entry.path), mode: "160000", oid: entry.oid }))
  const tree = yield* writeTrees([...stored.map(({ leaf }) => leaf), ...links])
  const by = yield* keeper
  const head = ends.head ?? input.tip
  const parents = head === undefined ? [] : [head]
  const index =
    found.index.tree === undefined ? undefined : yield* record(by, { tree: found.index.tree, parents, message: "the staged state" })
  const manifest: KeepManifest = {
    version: 1,
    ...(ends.headText === undefined ? {} : { head: ends.headText }),
    modes: modesOf(stored, found.folders),
    emptyFolders: found.folders.filter((folder) => folder.empty).map(keptPath),
    submodules: Object.fromEntries(found.cleanLinks.map((entry) => [entry.path, entry.oid])),
    left,
  }
  const whole = found.index.entries.some((entry) => (entry.mode & 0o170000) === 0o160000) && found.why.length > 0
  const noteLeaves = yield* notes({ manifest, index: found.index, gitDir, modules: whole })
  const noted = yield* record(by, { tree: yield* writeTrees(noteLeaves), parents: [], message: "what a git tree can't say" })
  const work = yield* workSince(tree, head, input.onto)
  const parts = partsOf({ Head: head, Base: work.base, Index: index, Notes: noted, Open: ends.open })
  const { reason } = input
  const message = keepMessage({ task: String(input.task), attempt: String(input.attempt), reason, files: work.files, left, parts })
  const more = input.tip === undefined ? ends.others : [input.tip, ...ends.others]
  const all = new Set([...parents, ...(index === undefined ? [] : [index]), noted, ...more])
  const commit = yield* record(by, { tree, parents: [...all], message })
  const ref = yield* claimKeep(input.task, input.attempt, commit)
  return { ref, commit, files: work.files, left } satisfies Keep
})

const record = Effect.fnUntraced(function* (by: string, commit: Pick<CommitFields, "tree" | "parents" | "message">) {
  const objects = yield* Objects
  return yield* objects.writeCommit({ ...commit, author: by, committer: by })
})

interface Stored {
  readonly file: Found
  readonly leaf: Leaf
}

/** Puts files into the object database; those that can't be read are named, and those that went meanwhile are not. */
const storeAll = Effect.fnUntraced(function* (files: readonly Found[]) {
  const stored: Stored[] = []
  const unreadable: string[] = []
  const store = (file: Found) =>
    storeFile(file).pipe(
      Effect.map((leaf) => void stored.push({ file, leaf })),
      Effect.catchTag("FileFailed", (error) =>
        Effect.sync(() => void (error.code === "ENOENT" || unreadable.push(`${file.path} (can't be read: ${error.code})`))),
      ),
    )
  yield* Effect.forEach(files, store, { concurrency: 8, discard: true })
  return { stored, unreadable }
})

const partsOf = (parts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(parts).flatMap(([name, oid]) => (oid === undefined ? [] : [[name, oid]])))

const keptNames = (path: string): readonly string[] => path.split("/").map((name) => keptName(name))

const keptPath = (folder: Found): string => folder.names.map((name) => keptName(name, isJudged(name.toString()))).join("/")

/** Only what differs from how files and folders usually are. */
const modesOf = (stored: readonly Stored[], folders: readonly Found[]) => {
  const modes: Record<string, string[]> = {}
  const note = (path: string, mode: number, usual: number) => {
    if ((mode & 0o7777) !== usual) (modes[(mode & 0o7777).toString(8)] ??= []).push(path)
  }
  for (const { file, leaf } of stored) {
    if (leaf.mode !== "120000") note(leaf.names.join("/"), file.stat.mode, leaf.mode === "100755" ? 0o755 : 0o644)
  }
  for (const folder of folders) note(keptPath(folder), folder.stat.mode, 0o755)
  return modes
}

/** Beside the files: the manifest, the index as it was, and the tree's own git files with what is open in them. */
const notes = Effect.fnUntraced(function* (input: {
  readonly manifest: KeepManifest
  readonly index: TreeIndex
  readonly gitDir: string | undefined
  readonly modules: boolean
}) {
  const objects = yield* Objects
  const file = (names: readonly string[], oid: string): Leaf => ({ names, mode: "100644", oid })
  const leaves = [file(["manifest.json"], yield* objects.writeBlob(`${JSON.stringify(input.manifest, undefined, 1)}\n`))]
  if (input.index.raw !== undefined) leaves.push(file(["index"], yield* objects.writeBlob(input.index.raw)))
  if (input.index.tree === undefined) {
    // No tree could be made of the staged state; what it names must stay all the same.
    for (const oid of new Set(input.index.entries.map((entry) => entry.oid))) {
      if ((yield* objects.look(oid))?.type === "blob") leaves.push(file(["staged", oid], oid))
    }
  }
  if (input.gitDir === undefined) return leaves
  const own = yield* walk(input.gitDir, (path) => path !== "modules" || input.modules)
  for (const found of own) {
    if ((found.kind !== "file" && found.kind !== "link") || found.path === "index") continue
    const leaf = yield* storeFile(found)
    leaves.push({ ...leaf, names: ["git", ...leaf.names] })
  }
  return leaves
})
