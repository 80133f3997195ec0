import * as Effect from "effect/Effect"
import type { IndexEntry } from "../../domain/git/gitIndex.ts"
import { inScope } from "../../domain/task/scope.ts"
import { printSize } from "../../domain/text/size.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { blobId, bytesOf, type Found, walk } from "../../world/machine/walk.ts"
import { type CopiedFiles, readCopied } from "../tree/copyFiles.ts"
import { treeIndex } from "../tree/treeIndex.ts"

/** What is to be looked for in a tree. */
export interface Looking {
  readonly tree: string
  readonly gitDir: string | undefined
  readonly keepIgnored: readonly string[]
  readonly copy: readonly string[]
  /** Bytes of ignored files that are taken along. */
  readonly maxBytes: number
}

/** An ignored folder with more files than this comes whole or not at all: nobody can use a part of a package cache. */
const many = 2000

/**
 * What of a tree is to be kept: every tracked and untracked file, ignored ones within the limit, and whether any of that
 * differs from what git has. No filter of git's is asked, because an agent could have planted one.
 */
export const survey = Effect.fn("survey")(function* (looking: Looking) {
  const { gitDir, tree } = looking
  const index = yield* treeIndex(tree, gitDir)
  const copied = gitDir === undefined ? undefined : yield* readCopied(gitDir)
  const tracked = new Map(index.entries.map((entry) => [entry.path, entry]))
  const gitlinks = index.entries.filter((entry) => isGitlink(entry)).map((entry) => entry.path)
  const cleanLinks = new Set(gitDir === undefined ? [] : yield* Effect.filter(gitlinks, (path) => isCleanSubmodule(looking, path)))
  const cached = inScope(looking.keepIgnored)
  const ignoredRoot = ignoredRoots(index.ignored)
  const enter = (path: string) =>
    !cleanLinks.has(path) &&
    (tracked.has(path) || ignoredRoot(`${path}/`) === undefined || !(looking.keepIgnored.length > 0 && cached(path)))
  const all = yield* walk(tree, enter)

  const take: Found[] = []
  const left: string[] = []
  const why: string[] = []
  const groups = new Map<string, Found[]>()
  const seen = new Set<string>()
  const isCopy = copyTest(copied, looking.copy)
  for (const found of all) {
    seen.add(found.path)
    const own = found.path === ".git" ? gitDir !== undefined && found.kind === "file" : found.path.startsWith(".osier/")
    if (found.path === ".git" && own) continue
    if (found.kind === "folder") continue
    const root = tracked.has(found.path) || own ? undefined : ignoredRoot(found.path)
    if (found.kind !== "file" && found.kind !== "link") {
      if (root === undefined || !cached(found.path)) left.push(`${found.path} (a ${found.kind})`)
      continue
    }
    if (!tracked.has(found.path) && isCopy(found, root !== undefined)) continue
    if (root === undefined) {
      take.push(found)
      if (!own && !tracked.has(found.path)) why.push(found.path)
    } else if (!cached(found.path)) groups.set(root, [...(groups.get(root) ?? []), found])
  }
  const chosen = withinLimit(groups, looking.maxBytes)
  const taken = new Map(take.map((found) => [found.path, found]))
  for (const entry of index.entries) {
    if (entry.skipped || isGitlink(entry)) {
      if (isGitlink(entry) && !cleanLinks.has(entry.path) && seen.has(entry.path)) why.push(entry.path)
      continue
    }
    const found = taken.get(entry.path)
    if (entry.stage !== 0 || found === undefined || !(yield* isAsStaged(entry, found, index.writtenSec))) why.push(entry.path)
  }
  return {
    index,
    files: [...take, ...chosen.take],
    left: [...left, ...chosen.left],
    /** Every folder that was looked into, for modes and emptiness. */
    folders: all.filter((found) => found.kind === "folder"),
    cleanLinks: index.entries.filter((entry) => cleanLinks.has(entry.path)),
    /** Paths that differ from what git has; an ignored file counts. */
    why: [...why, ...chosen.take.map((found) => found.path), ...chosen.left],
  }
})

const isGitlink = (entry: IndexEntry) => (entry.mode & 0o170000) === 0o160000

const ignoredRoots = (ignored: readonly string[]) => {
  const files = new Set(ignored.filter((path) => !path.endsWith("/")))
  const folders = new Set(ignored.filter((path) => path.endsWith("/")))
  return (path: string): string | undefined => {
    if (files.has(path)) return path
    for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) {
      const folder = path.slice(0, slash + 1)
      if (folders.has(folder)) return folder
    }
    return undefined
  }
}

/** A copy that is as it was made; where nothing was recorded, an ignored file that the settings say is copied. */
const copyTest = (copied: CopiedFiles | undefined, copy: readonly string[]) => {
  const named = inScope(copy)
  return (found: Found, ignored: boolean): boolean => {
    if (copied === undefined) return ignored && copy.length > 0 && named(found.path)
    const then = copied[found.path]
    return then !== undefined && then.size === found.stat.size && then.mtimeMs === found.stat.mtimeMs && then.ctimeMs === found.stat.ctimeMs
  }
}

/** The smallest first, so that one huge file does not cost all the others. */
const withinLimit = (groups: ReadonlyMap<string, readonly Found[]>, maxBytes: number) => {
  const take: Found[] = []
  const left: string[] = []
  let room = maxBytes
  const sizeOf = (some: readonly Found[]) => some.reduce((sum, found) => sum + found.stat.size, 0)
  const sorted = [...groups].map(([root, some]) => ({ root, some, size: sizeOf(some) })).toSorted((a, b) => a.size - b.size)
  for (const { root, some, size } of sorted) {
    if (size > room && some.length > many) {
      left.push(`${root} (${some.length} ignored files, ${printSize(size)})`)
      continue
    }
    for (const found of some.toSorted((a, b) => a.stat.size - b.stat.size)) {
      if (found.stat.size > room) left.push(`${found.path} (ignored, ${printSize(found.stat.size)})`)
      else {
        take.push(found)
        room -= found.stat.size
      }
    }
  }
  return { take, left }
}

const isAsStaged = Effect.fnUntraced(function* (entry: IndexEntry, found: Found, writtenSec: number) {
  const { objectFormat } = yield* Repository
  const { stat } = found
  const link = (entry.mode & 0o170000) === 0o120000
  if (link !== (found.kind === "link")) return false
  if (!link && process.platform !== "win32" && ((entry.mode ^ stat.mode) & 0o100) !== 0) return false
  const sec = Math.floor(stat.mtimeMs / 1000)
  if (sec < writtenSec && sec === entry.mtimeSec && (stat.size & 0xffffffff) === (entry.size & 0xffffffff)) return true
  const data = yield* bytesOf(found)
  if (blobId(objectFormat, data) === entry.oid) return true
  // Checked out with other line ends, which is git's doing and nobody's work.
  return (
    data.includes("\r\n") && blobId(objectFormat, Buffer.from(data.toString("latin1").replaceAll("\r\n", "\n"), "latin1")) === entry.oid
  )
})

/** On its recorded commit, without changes, and that commit is known to where it came from. */
const isCleanSubmodule = Effect.fnUntraced(
  function* (looking: Looking, path: string) {
    const git = yield* Git
    const { commonDir } = yield* Repository
    const env = { GIT_DIR: looking.gitDir ?? commonDir, GIT_COMMON_DIR: commonDir, GIT_WORK_TREE: looking.tree }
    const args = ["status", "--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=none", "--", `:(literal)${path}`]
    const changed = yield* git.fields(args, { cwd: looking.tree, env })
    if (changed.length > 0) return false
    const inside = `${looking.tree}/${path}`
    const head = yield* git.run(["rev-parse", "--show-prefix", "HEAD"], { cwd: inside, no: /unknown revision/ })
    // Not filled: git then answers from the tree around it, with a prefix.
    const [prefix, oid] = head.stdout.toString().split("\n")
    if (head.code !== 0 || prefix !== "" || oid === undefined) return true
    const known = yield* git.text(["for-each-ref", "--count=1", `--contains=${oid}`, "refs/remotes/", "refs/tags/"], { cwd: inside })
    return known !== ""
  },
  Effect.orElseSucceed(() => false),
)
