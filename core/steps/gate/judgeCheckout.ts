import * as Effect from "effect/Effect"
import { basename, join } from "node:path"
import { readIndex } from "../../domain/git/gitIndex.ts"
import { indexTree } from "../../domain/git/indexTree.ts"
import type { PathChange } from "../../domain/git/pathChange.ts"
import { plainDiff } from "../../domain/text/plainDiff.ts"
import { inScope } from "../../domain/task/scope.ts"
import { FileFailed, Files } from "../../world/machine/files.ts"
import { standsAs, stateOf } from "../../world/machine/contents.ts"
import { removeWhole } from "../../world/machine/folders.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import type { Standing } from "../../world/machine/seen.ts"
import { changesBetween } from "../commit/changesBetween.ts"
import { standaloneGit } from "./standaloneGit.ts"

/** What is to be checked out, and what of the last time may stay. */
export interface Wanted {
  readonly tree: string
  /** The commit that HEAD shows to the gate; without one a commit of that tree alone is made. */
  readonly commit: string | undefined
  /** What such a commit stands on. */
  readonly onto: string | undefined
  /** What the gate's git knows by name. */
  readonly refs: ReadonlyMap<string, string>
  readonly keepIgnored: readonly string[]
  readonly objectFolders: readonly string[]
}

/** What stands for our own index among paths: a program that wrote to it wanted a change not to be seen. */
const ownIndex = "(the judge's own index)"

/** Where a checkout lies, and the state in which we left its index. */
interface Checkout {
  readonly tree: string
  readonly gitDir: string
  readonly index: string
  indexed: string
}

/**
 * One checkout of a judge: the files in `tree/`, our own git directory in `git/`, our index, and a second git directory, made
 * anew for every gate, in `tree/.git`. A gate, and whatever else runs as the same user, can write all of it. So nothing is
 * concluded from the second one, ours is written anew before each look, and the index counts only in the state in which we left it.
 */
export const judgeCheckout = (folder: string) => {
  const own: Checkout = { tree: join(folder, "tree"), gitDir: join(folder, "git"), index: join(folder, "index"), indexed: "" }
  return {
    tree: own.tree,
    dirty: (wanted: Wanted) => dirty(own, wanted),
    differing: differing(own),
    untracked: untracked(own),
    discard: (paths: readonly string[]) => discard(own, paths),
    cold: (wanted: Wanted) => cold(own, wanted),
    warm: (wanted: Wanted, standing: Standing) => warm(own, wanted, standing),
    openGit: (wanted: Wanted) => openGit(own, wanted),
    holds: holds(own),
    divided,
    index: () => own.indexed,
  }
}

const cold = Effect.fnUntraced(function* (own: Checkout, wanted: Wanted) {
  const files = yield* Files
  for (const path of [own.tree, own.index]) if (!(yield* removeWhole(path))) return yield* stuck(path)
  yield* files.makeFolder(own.tree)
  yield* renew(own, wanted)
  yield* runGit(own, ["read-tree", "-m", "-u", wanted.tree])
  own.indexed = yield* indexState(own)
})

/**
 * The way that costs only what differs; undefined when anything at all is not as it should be. Answers with what set-up
 * need not do again, and what stands there beside the tree.
 */
const warm = Effect.fnUntraced(function* (own: Checkout, wanted: Wanted, standing: Standing) {
  const files = yield* Files
  if ((yield* files.stat(own.tree))?.isDirectory() !== true || (yield* indexState(own)) !== standing.index) return undefined
  yield* renew(own, wanted)
  if ((yield* changesBetween(standing.tree, wanted.tree)).some(isModule)) return undefined
  const [kept, gone] = divided(yield* untracked(own), wanted)
  if (!(yield* standsAs(own.tree, kept, standing.kept))) return undefined
  yield* discard(own, gone)
  yield* runGit(own, ["read-tree", "-m", "-u", wanted.tree])
  if ((yield* differing(own)).length > 0) return undefined
  // A command whose work is thrown away must run again, although its inputs are the same.
  const known = standing.made.some((path) => gone.includes(path)) ? new Map<string, string>() : new Map(standing.setUp)
  return { known, untracked: kept }
})

/** Tracked paths whose files aren't as the index has them, whatever was done to our own files meanwhile. */
const dirty = Effect.fnUntraced(function* (own: Checkout, wanted: Wanted) {
  if ((yield* indexState(own)) !== own.indexed) return [ownIndex]
  yield* renew(own, wanted)
  return yield* differing(own)
})

/**
 * Tracked paths that `git diff` names; it writes what it learned of a file's times into the index. It enters no submodule, whose
 * configuration a gate may have written; a checkout with submodules is made anew for each gate instead.
 */
const differing = (own: Checkout) =>
  Effect.gen(function* () {
    const paths = yield* fieldsOf(own, ["diff", ...plainDiff, "--ignore-submodules=dirty", "--no-renames", "--name-only", "-z"])
    own.indexed = yield* indexState(own)
    return paths
  })

/** Everything that isn't tracked, ignored files included; a folder with nothing tracked in it counts as one. */
const untracked = (own: Checkout) => fieldsOf(own, ["ls-files", "-z", "--others", "--directory"])

const discard = ({ tree }: Checkout, paths: readonly string[]) =>
  Effect.forEach(
    paths,
    Effect.fnUntraced(function* (path) {
      if (!(yield* removeWhole(join(tree, path)))) return yield* stuck(join(tree, path))
    }),
    { discard: true },
  )

/** What of these may stay for the next tree, and what not. */
const divided = (paths: readonly string[], { keepIgnored }: Wanted) => {
  const may = keeps(keepIgnored)
  return [paths.filter(may), paths.filter((path) => !may(path))] as const
}

/** Makes a fresh git directory for the next gate: same commit, same index, no trace of what an earlier gate did to its own. */
const openGit = Effect.fnUntraced(function* ({ tree, index }: Checkout, wanted: Wanted) {
  const files = yield* Files
  const { objectFolders, refs, onto } = wanted
  const path = join(tree, ".git")
  if (!(yield* removeWhole(path))) return yield* stuck(path)
  yield* standaloneGit({ path, objectFolders, refs })
  const parents = onto === undefined ? [] : ["-p", onto]
  const made = ["commit-tree", wanted.tree, ...parents, "-m", "judged"]
  const git = yield* Git
  const head = wanted.commit ?? (yield* git.text(made, { cwd: tree, env: { ...nobody, GIT_DIR: path } }))
  yield* files.write(join(path, "HEAD"), `${head}\n`)
  yield* files.copy(index, join(path, "index"))
})

/**
 * The index is only ever written by us, so its tree is the checkout's tree as long as no file differs from it. What is in
 * a folder of another repository's is neither tracked nor untracked: it can't be said whether it is as it was.
 */
const holds = (own: Checkout) =>
  Effect.gen(function* () {
    const files = yield* Files
    const { objectFormat } = yield* Repository
    const entries = readIndex((yield* files.read(own.index)) ?? new Uint8Array(), objectFormat === "sha256" ? 32 : 20)
    const modules = entries?.some(({ mode }) => mode === 0o160000) ?? true
    const tree = entries === undefined ? undefined : indexTree(entries, objectFormat)
    if (tree !== undefined) return { tree, modules }
    const ended = yield* runGit(own, ["write-tree"])
    own.indexed = yield* indexState(own)
    return { tree: ended.stdout.toString().trim(), modules }
  })

const renew = Effect.fnUntraced(function* ({ gitDir }: Checkout, { objectFolders }: Wanted) {
  if (!(yield* removeWhole(gitDir))) return yield* stuck(gitDir)
  yield* standaloneGit({ path: gitDir, objectFolders })
})

const indexState = Effect.fnUntraced(function* ({ index }: Checkout) {
  const files = yield* Files
  const stat = yield* files.stat(index)
  return stat === undefined ? "" : stateOf(stat)
})

const fieldsOf = (own: Checkout, args: readonly string[]) =>
  Effect.map(runGit(own, args), (ended) => ended.stdout.toString().split("\0").slice(0, -1))

const runGit = Effect.fnUntraced(function* ({ tree, gitDir, index }: Checkout, args: readonly string[]) {
  const git = yield* Git
  const env = { GIT_DIR: gitDir, GIT_WORK_TREE: tree, GIT_INDEX_FILE: index }
  return yield* git.run(args, { cwd: tree, programs: true, env })
})

/** A change to or from a repository of its own. */
const isModule = ({ before, after }: PathChange) => [before, after].some((side) => side?.startsWith("160000 ") === true)

const nobody = {
  GIT_AUTHOR_NAME: "osier",
  GIT_AUTHOR_EMAIL: "osier@localhost",
  GIT_AUTHOR_DATE: "@0 +0000",
  GIT_COMMITTER_NAME: "osier",
  GIT_COMMITTER_EMAIL: "osier@localhost",
  GIT_COMMITTER_DATE: "@0 +0000",
}

const stuck = (path: string) =>
  Effect.fail(new FileFailed({ path, doing: "remove", code: "EACCES", reason: "something in it can't be removed" }))

/** Whether an ignored path may stay; a bare name such as `node_modules` is meant at any depth, as in a `.gitignore`. */
const keeps = (patterns: readonly string[]): ((path: string) => boolean) => {
  const bare = inScope(patterns.map((pattern) => pattern.replace(/\/$/, "")).filter((pattern) => !pattern.includes("/")))
  const whole = inScope(patterns.map((pattern) => pattern.replace(/\/$/, "")))
  return (entry) => {
    const path = entry.replace(/\/$/, "")
    return whole(path) || bare(basename(path))
  }
}
