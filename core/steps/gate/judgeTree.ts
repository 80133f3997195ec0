import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { nanoid } from "nanoid"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { contentsOf, partOf, standsAs, stateOf } from "../../world/machine/contents.ts"
import { type FileFailed, Files } from "../../world/machine/files.ts"
import type { CannotStart } from "../../world/machine/process.ts"
import { type Git, GitFailed } from "../../world/git/git.ts"
import { Mutex, type MutexBroken, type MutexHeld } from "../../world/machine/mutex.ts"
import { Reaper } from "../../world/machine/reaper.ts"
import type { Found, Traces } from "../../world/machine/reaper.ts"
import type { Repository } from "../../world/git/repository.ts"
import { Seen } from "../../world/machine/seen.ts"
import { fillSubmodules } from "../tree/fillSubmodules.ts"
import { judgeCheckout } from "./judgeCheckout.ts"
import type { Wanted } from "./judgeCheckout.ts"
import { judgedAt } from "./judgedAt.ts"
import type { ObjectFailed, Objects } from "../../world/git/objects.ts"

/** Set-up changed files that belong to the tree, so what a gate would judge is not that tree. */
export class SetUpEdits extends Data.TaggedError("SetUpEdits")<{ readonly paths: readonly string[] }> {
  override get message() {
    return `the set-up edits tracked files: ${this.paths.slice(0, 5).join(", ")}${this.paths.length > 5 ? ", …" : ""}`
  }
  get hint() {
    return "Let the set-up leave tracked files alone (`npm ci` instead of `npm install`), or stop tracking what it makes."
  }
  readonly exit = 3
}

/** A clean checkout of exactly one tree, ours for as long as the body runs. */
export interface JudgeTree {
  readonly path: string
  readonly tree: string
  /** Made from nothing for this use; else moved from the last tree that passed. */
  readonly cold: boolean
  /** What our processes in here carry, so that they can be found. */
  readonly traces: { readonly mark: string; readonly folder: string }
  /** Tracked paths that aren't as they were. */
  readonly changed: Effect.Effect<readonly string[], GitFailed | CannotStart | FileFailed, Git | Files | Repository | Seen>
  /** Brings it back to how it was after set-up, with a new git directory; false where an earlier gate changed what can't come back. */
  readonly reset: Effect.Effect<boolean, GitFailed | CannotStart | FileFailed, Git | Files | Repository | Seen>
  /** Everything passed: the next tree may start from here. Without this word the next one starts from nothing. */
  readonly trust: Effect.Effect<void>
}

/** What a checkout is wanted for. */
export interface JudgeInput<E = never, R = never> {
  /** The folder of all trees. */
  readonly root: string
  /** A commit, or a tree. */
  readonly commit: string
  readonly keepIgnored: readonly string[]
  /** What a tree that no commit holds yet would stand on. */
  readonly onto?: string | undefined
  /** Branches and tags that the gate's git shows, by their full names. */
  readonly refs?: ReadonlyMap<string, string>
  readonly cold?: boolean
  /** It will be reset, so that all that set-up left must be known. */
  readonly several?: boolean
  /** Copies and set-up, as in a task's tree, where there is any; `known` is for set-up to remember what it did. Answers with what it copied. */
  readonly prepare?: (place: {
    readonly path: string
    readonly known: Map<string, string>
    readonly mark: string
  }) => Effect.Effect<readonly string[], E, R>
  /** Where objects are that the repository doesn't have yet. */
  readonly objectFolders?: readonly string[]
  readonly graceMs: number
}

/** Why there is no checkout to judge in; none of it says anything about the work. */
export type JudgeTrouble = SetUpEdits | ObjectFailed | GitFailed | CannotStart | FileFailed | MutexHeld | MutexBroken
type JudgeWorld = Files | Git | Objects | Mutex | Reaper | Repository | Seen

/** More checkouts at once than this is a mistake of ours. */
const most = 64

const markOf = (root: string, n: number) => `judge/${createHash("sha256").update(root).digest("hex").slice(0, 10)}/${n}/`

/**
 * Runs the body with a checkout of the commit that nobody else uses, in this process or another. Checkouts stand and are
 * used again by the process that made them; one
 * whose last use ended in the middle, or with a no, and one that anybody touched since, is made anew. When the body is over, interrupted ones
 * included, every process that it left in the checkout is gone.
 */
export const withJudge = Effect.fn("withJudge")(function* <A, E1, R1, E2 = never, R2 = never>(
  input: JudgeInput<E2, R2>,
  body: (judge: JudgeTree) => Effect.Effect<A, E1, R1>,
): Effect.fn.Return<A, E1 | E2 | JudgeTrouble, R1 | R2 | JudgeWorld> {
  const files = yield* Files
  const mutex = yield* Mutex
  const wanted = yield* look(input)
  yield* files.makeFolder(join(input.root, ".judge"))
  const pool = yield* files.realPath(join(input.root, ".judge"))
  for (let n = 1; ; n++) {
    // As an exit, so that a body that itself can't have some lock isn't taken for a slot that is in use.
    const use = Effect.exit(inSlot(join(pool, String(n)), markOf(pool, n), wanted, input, body))
    const lock = join(pool, `${n}.lock`)
    const used =
      n < most
        ? yield* mutex.withLock(lock, use, { wait: 0 }).pipe(Effect.catchTag("MutexHeld", () => Effect.succeed(undefined)))
        : yield* mutex.withLock(lock, use)
    if (used !== undefined) return yield* Exit.isSuccess(used) ? Effect.succeed(used.value) : Effect.failCause(used.cause)
  }
})

/** Ends what is left of judges whose process died, and answers with what it found. */
export const sweepJudges = Effect.fn("sweepJudges")(function* (root: string, graceMs: number) {
  const files = yield* Files
  const mutex = yield* Mutex
  const reaper = yield* Reaper
  const names = yield* files.list(join(root, ".judge"))
  if (names.length === 0) return []
  const pool = yield* files.realPath(join(root, ".judge"))
  const found: Found[] = []
  for (const name of names.filter((each) => /^\d+$/.test(each))) {
    const reap = reaper.reap({ mark: markOf(pool, Number(name)), folder: join(pool, name) }, graceMs)
    const swept = mutex.withLock(join(pool, `${name}.lock`), reap, { wait: 0 })
    found.push(...(yield* swept.pipe(Effect.catchTag("MutexHeld", () => Effect.succeed({ found: [] })))).found)
  }
  return found
})

/** The tree to check out; the commit too, unless it was a tree that was given. */
const look = Effect.fnUntraced(function* (
  input: JudgeInput<unknown, unknown>,
): Effect.fn.Return<Wanted, GitFailed | CannotStart | ObjectFailed, Git | Objects | Repository> {
  const { objectFolders = [], keepIgnored, onto, refs = new Map<string, string>() } = input
  return { ...(yield* judgedAt(input.commit, objectFolders)), onto, refs, keepIgnored, objectFolders }
})

const inSlot = Effect.fnUntraced(function* <A, E1, R1, E2, R2>(
  folder: string,
  mark: string,
  wanted: Wanted,
  input: JudgeInput<E2, R2>,
  body: (judge: JudgeTree) => Effect.Effect<A, E1, R1>,
): Effect.fn.Return<A, E1 | E2 | SetUpEdits | GitFailed | CannotStart | FileFailed, R1 | R2 | JudgeWorld> {
  const files = yield* Files
  const reaper = yield* Reaper
  const { checkouts } = yield* Seen
  const place = judgeCheckout(folder)
  const traces: Traces = { mark, folder }
  const sweep = reaper.reap(traces, input.graceMs)
  // Whoever had it before may have been killed, and what it started may still write here.
  yield* sweep
  const standing = input.cold === true ? undefined : checkouts.get(folder)
  // Forgotten before anything happens: what fails on the way leaves nothing to start from.
  checkouts.delete(folder)
  if ((yield* files.stat(folder))?.isDirectory() !== true) yield* files.remove(folder)
  yield* files.makeFolder(folder)
  const moved = standing === undefined ? undefined : yield* Effect.orElseSucceed(place.warm(wanted, standing), () => undefined)
  if (moved === undefined) yield* place.cold(wanted)
  const known = moved?.known ?? new Map<string, string>()
  const held = yield* place.holds
  if (held.tree !== wanted.tree)
    return yield* new GitFailed({ args: ["read-tree", wanted.tree], code: 0, stderr: `made ${held.tree} instead` })
  // Files that git calls changed right after it wrote them, as line-end rules that the commit itself broke make it do.
  const phantoms = yield* signatures(place.tree, moved === undefined ? yield* place.differing : [])
  const changed = Effect.gen(function* () {
    const now = yield* signatures(place.tree, yield* place.dirty(wanted))
    return [...now].filter(([path, signature]) => phantoms.get(path) !== signature).map(([path]) => path)
  })
  yield* place.openGit(wanted)
  // Never kept for the next tree: what is in a repository of its own can't be compared.
  if (held.modules) yield* fillSubmodules(place.tree)
  return yield* Effect.gen(function* () {
    const ours = `${mark}${nanoid(8)}`
    const copied = input.prepare === undefined ? [] : yield* input.prepare({ path: place.tree, known, mark: ours })
    const edited = input.prepare === undefined ? [] : yield* changed
    if (edited.length > 0) return yield* new SetUpEdits({ paths: edited })
    const before = input.prepare === undefined ? (moved?.untracked ?? []) : yield* place.untracked
    const [kept] = place.divided(before, wanted)
    // At once: from here on programs run that are judged themselves.
    const there = yield* contentsOf(place.tree, input.several === true ? before : kept)
    const reset = Effect.gen(function* () {
      yield* place.discard((yield* place.untracked).filter((path) => !before.includes(path)))
      const same = !held.modules && (yield* standsAs(place.tree, before, there))
      yield* place.openGit(wanted)
      return same
    })
    const trust = Effect.sync(() => {
      const made = before.filter((path) => !copied.includes(path))
      if (!held.modules) checkouts.set(folder, { tree: wanted.tree, index: place.index(), kept: partOf(there, kept), made, setUp: known })
    })
    return yield* body({
      path: place.tree,
      tree: wanted.tree,
      cold: moved === undefined,
      traces: { mark: ours, folder },
      changed,
      reset,
      trust,
    })
  }).pipe(Effect.ensuring(sweep))
})

/** Enough of a file's state to tell whether anybody wrote it since. */
const signatures = Effect.fnUntraced(function* (tree: string, paths: readonly string[]) {
  const files = yield* Files
  const signature = Effect.fnUntraced(function* (path: string) {
    const stat = yield* files.stat(join(tree, path)).pipe(Effect.orElseSucceed(() => undefined))
    return [path, stat === undefined ? "absent" : stateOf(stat)] as const
  })
  return new Map(yield* Effect.forEach(paths, signature))
})
