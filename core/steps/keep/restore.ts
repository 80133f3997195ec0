import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { dirname, join, resolve } from "node:path"
import { type KeepManifest, KeepManifestText } from "../../domain/git/keepManifest.ts"
import { readKeepMessage } from "../../domain/git/keepMessage.ts"
import { ownName, strayPath } from "../../domain/git/keptName.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { ObjectFailed, Objects } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"
import { lay } from "../../world/machine/walk.ts"
import { addWorktree } from "../tree/addWorktree.ts"
import { claimBranch } from "../tree/claimBranch.ts"

/** There is no keep of that name. */
export class NoKeep extends Data.TaggedError("NoKeep")<{ readonly name: string }> {
  override get message() {
    return `${this.name} is no keep`
  }
  get hint() {
    return "`osier keep` lists them."
  }
  readonly exit = 2
}

/** The folder to restore into has something in it, and nothing is ever overwritten. */
export class NotEmpty extends Data.TaggedError("NotEmpty")<{ readonly path: string }> {
  override get message() {
    return `${this.path} is not empty`
  }
  get hint() {
    return "Name a folder that does not exist yet."
  }
  readonly exit = 2
}

/** osier did not write it: its files would not all come to lie in the folder that they are given back into. */
export class KeepForged extends Data.TaggedError("KeepForged")<{ readonly name: string; readonly path: string }> {
  override get message() {
    return `${this.name} was not written by osier: ${JSON.stringify(this.path)} would be written outside of the folder`
  }
  get hint() {
    return `Nothing was written. Look at it with \`git ls-tree -r ${this.name}\`.`
  }
  readonly exit = 3
}

/** State of an unfinished merge and the like; the rest of a tree's git files is of its own place. */
const carried = /^(?:MERGE_\w+|CHERRY_PICK_HEAD|REVERT_HEAD|ORIG_HEAD|AUTO_MERGE|SQUASH_MSG)$|^(?:rebase-merge|rebase-apply|sequencer)\//

/**
 * Gives everything in a keep back, byte for byte, into a folder that is new or empty; with `branch` as a worktree on a new
 * branch at the kept HEAD, with the staged state and an open merge as they were.
 */
export const restore = Effect.fn("restore")(function* (input: {
  /** A keep's ref or commit. */
  readonly keep: string
  readonly into: string
  readonly branch?: string | undefined
}) {
  const files = yield* Files
  const keep = yield* readKeep(input.keep)
  const all = yield* filesIn(keep.commit)
  const noted = keep.parts["Notes"] === undefined ? [] : yield* filesIn(keep.parts["Notes"])
  const paths = (rows: readonly Row[]) => rows.map((row) => row.path)
  // Before anything is made.
  const stray = strayPath(paths(all), keep.manifest.emptyFolders) ?? strayPath(paths(noted), [])
  if (stray !== undefined) return yield* new KeepForged({ name: input.keep, path: stray })
  const wished = resolve(input.into)
  if ((yield* files.list(wished)).length > 0 || (yield* files.stat(wished))?.isDirectory() === false) {
    return yield* new NotEmpty({ path: wished })
  }
  yield* files.makeFolder(wished)
  const into = yield* files.realPath(wished)
  let branch: string | undefined
  let gitDir: string | undefined
  if (input.branch !== undefined && keep.parts["Head"] !== undefined) {
    branch = (yield* claimBranch({ name: "", branch: input.branch, base: keep.parts["Head"] })).branch
    gitDir = yield* addWorktree({ path: into, branch, lock: undefined })
  }
  // A worktree has its own `.git`; one that was kept belonged to another place.
  const rows = gitDir === undefined ? all : all.filter((row) => ownName(row.path.split("/")[0] ?? "") !== ".git")
  yield* Effect.forEach(rows, (row) => write(into, row, keep.modes), { concurrency: 8, discard: true })
  for (const path of keep.manifest.emptyFolders) {
    yield* lay(into, path.split("/").map(ownName), { kind: "folder", mode: 0o755, data: Buffer.alloc(0) })
  }
  if (gitDir !== undefined) yield* carryState(noted, into, gitDir)
  yield* giveModules(noted, into, rows)
  // The innermost first, and all of them last: nothing can be written into a folder that is closed.
  const folders = rows.flatMap((row) =>
    row.path
      .split("/")
      .slice(0, -1)
      .map((_, n, names) => names.slice(0, n + 1).join("/")),
  )
  for (const path of [...new Set([...folders, ...keep.manifest.emptyFolders])].toSorted((a, b) => b.length - a.length)) {
    yield* lay(into, path.split("/").map(ownName), { kind: "folder", mode: keep.modes.get(path) ?? 0o755, data: Buffer.alloc(0) })
  }
  return { path: into, files: rows.length, left: keep.manifest.left, ...(branch === undefined ? {} : { branch }) }
})

const readKeep = Effect.fnUntraced(function* (name: string) {
  const objects = yield* Objects
  const found = yield* objects.read(name)
  const text = found?.type === "commit" ? found.data.toString() : ""
  const note = readKeepMessage(text.slice(text.indexOf("\n\n") + 2))
  if (found === undefined || note === undefined) return yield* new NoKeep({ name })
  const notes = note.parts["Notes"]
  const bytes = notes === undefined ? undefined : yield* objects.read(`${notes}:manifest.json`)
  const empty: KeepManifest = { version: 1, modes: {}, emptyFolders: [], submodules: {}, left: [] }
  const manifest = Option.getOrElse(Schema.decodeUnknownOption(KeepManifestText)(bytes?.data.toString()), () => empty)
  const modes = new Map(
    Object.entries(manifest.modes).flatMap(([mode, paths]) => paths.map((path): [string, number] => [path, Number.parseInt(mode, 8)])),
  )
  return { commit: found.oid, parts: note.parts, manifest, modes }
})

interface Row {
  readonly mode: string
  readonly oid: string
  readonly path: string
}

const filesIn = Effect.fnUntraced(function* (treeish: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const rows = yield* git.fields(["--git-dir", commonDir, "ls-tree", "-r", "-z", "--full-tree", treeish], { cwd: commonDir })
  return rows.flatMap((row): Row[] => {
    const tab = row.indexOf("\t")
    const [mode = "", type, oid = ""] = row.slice(0, tab).split(" ")
    return type === "blob" ? [{ mode, oid, path: row.slice(tab + 1) }] : []
  })
})

const write = Effect.fnUntraced(function* (into: string, row: Row, modes: ReadonlyMap<string, number>) {
  const objects = yield* Objects
  const blob = yield* objects.read(row.oid)
  if (blob === undefined) return yield* new ObjectFailed({ name: row.oid, reason: `it is missing, and with it ${row.path}` })
  yield* lay(into, row.path.split("/").map(ownName), {
    kind: row.mode === "120000" ? "link" : "file",
    mode: modes.get(row.path) ?? (row.mode === "100755" ? 0o755 : 0o644),
    data: blob.data,
  })
})

/**
 * A submodule's repository lay among the git files of the tree that is gone. It comes back inside the submodule's own
 * folder, in place of the file that pointed there, and needs no other place any more.
 */
const giveModules = Effect.fnUntraced(function* (kept: readonly Row[], into: string, rows: readonly Row[]) {
  const git = yield* Git
  const files = yield* Files
  const pointers = rows.filter((row) => row.path.endsWith("/=osier=.git") && row.mode !== "120000")
  for (const row of pointers) {
    const folder = join(
      into,
      ...row.path
        .split("/")
        .slice(0, -1)
        .map((name) => String(ownName(name))),
    )
    const pointer = (yield* files.text(join(folder, ".git"))) ?? ""
    const module = /^gitdir: .*\/worktrees\/[^/]+\/(modules\/.+)$/m.exec(pointer)?.[1]
    const own = module === undefined ? [] : kept.filter((each) => each.path.startsWith(`git/${module}/`))
    if (own.length === 0) continue
    yield* files.remove(join(folder, ".git"))
    yield* files.makeFolder(join(folder, ".git", "refs"))
    for (const each of own) {
      yield* write(join(folder, ".git"), { ...each, path: each.path.slice(`git/${module}/`.length) }, new Map())
    }
    yield* git.run(["config", "--file", join(folder, ".git", "config"), "--unset", "core.worktree"], { cwd: into, codes: [0, 5] })
  }
})

/** The index as it was, and what was open; git then compares the files with it anew. */
const carryState = Effect.fnUntraced(function* (noted: readonly Row[], into: string, gitDir: string) {
  if (noted.length === 0) return
  const git = yield* Git
  const files = yield* Files
  const objects = yield* Objects
  for (const row of noted) {
    const own = row.path.startsWith("git/") ? row.path.slice(4) : undefined
    const target = row.path === "index" ? "index" : own !== undefined && carried.test(own) ? own : undefined
    const blob = target === undefined ? undefined : yield* objects.read(row.oid)
    if (target === undefined || blob === undefined) continue
    yield* files.makeFolder(dirname(join(gitDir, target)))
    yield* files.write(join(gitDir, target), blob.data)
  }
  // A damaged or split index is of no use elsewhere; the staged state is a commit of its own.
  yield* git
    .run(["update-index", "-q", "--refresh"], { cwd: into, programs: true, codes: [0, 1] })
    .pipe(
      Effect.catchTag("GitFailed", () =>
        Effect.andThen(files.remove(join(gitDir, "index")), git.run(["read-tree", "HEAD"], { cwd: into })),
      ),
    )
})
