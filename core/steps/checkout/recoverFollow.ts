import { devNull } from "node:os"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { takeIndexLock } from "../../world/git/indexLock.ts"
import { Machine } from "../../world/machine/machine.ts"
import { Mutex } from "../../world/machine/mutex.ts"
import { Reaper } from "../../world/machine/reaper.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { gitIn } from "./checkout.ts"
import { refreshedCopy, releaseFollow, releaseLock, writeFiles } from "./followCheckout.ts"
import { copyOf, dropIntent, followCommand, listIntents, lockWord, markOf } from "./followIntent.ts"
import type { FollowIntent } from "./followIntent.ts"
import { changedOver, inTheWay, stagedOver } from "./inTheWay.ts"
import { changesBetween } from "../commit/changesBetween.ts"
import type { PathChange } from "../../domain/git/pathChange.ts"

/** What became of a checkout that was left half brought along. `left`: in doubt nothing was touched, this is what to type. */
export type RecoveredFollow = { readonly path: string; readonly target: string } & (
  | { readonly type: "finished" }
  | { readonly type: "left"; readonly command: string; readonly reason: string }
)

/** Looks after every checkout whose bringing along was cut short, by a kill or a power cut. Safe to repeat, and to run twice at once. */
export const recoverFollow = Effect.fn("recoverFollow")(function* () {
  const { own } = yield* Repository
  const mutex = yield* Mutex
  return yield* mutex.withLock(join(own, "follow", "lock"), Effect.uninterruptible(recoverAll()))
})

const recoverAll = Effect.fnUntraced(function* () {
  const machine = yield* Machine
  const results: RecoveredFollow[] = []
  for (const intent of yield* listIntents()) {
    if ((yield* machine.liveness(intent.owner)) !== "dead") continue
    // One checkout that can't be looked at keeps nobody from the others.
    const became = yield* Effect.catch(recoverOne(intent), (error) => Effect.succeed(left(intent, error.message)))
    if (became !== undefined) results.push({ path: intent.path, target: intent.target, ...became })
  }
  return results
})

const left = (intent: FollowIntent, reason: string) => ({ type: "left", command: followCommand(intent), reason }) as const

const recoverOne = Effect.fnUntraced(function* (intent: FollowIntent) {
  const files = yield* Files
  const refs = yield* Refs
  // The git that its owner started may outlive it; two must not write the same files.
  if (!(yield* gone(intent))) return left(intent, "a git process still writes into it")
  if ((yield* files.stat(intent.gitDir)) === undefined || (yield* files.stat(intent.path)) === undefined) {
    yield* dropIntent(intent)
    return undefined
  }
  // A transaction that was sent may still be committed a moment after its sender died.
  let at = yield* refs.read(intent.target)
  if (at === intent.from) at = yield* Effect.andThen(Effect.sleep("250 millis"), refs.read(intent.target))
  if (at === intent.from) {
    yield* releaseFollow(intent)
    return undefined
  }
  const changes = yield* changesBetween(intent.from, intent.to)
  const index = join(intent.gitDir, "index")
  const over = (commit: string) =>
    Effect.map(stagedOver(intent, index, commit), (staged) => changes.every((change) => !staged.has(change.path)))
  if (yield* over(intent.to)) {
    yield* releaseFollow(intent)
    return { type: "finished" } as const
  }
  if (at !== intent.to || !(yield* isOn(intent)) || !(yield* over(intent.from))) {
    yield* releaseFollow(intent)
    return left(intent, "it was changed meanwhile")
  }
  return yield* finish(intent, changes)
})

const isOn = Effect.fnUntraced(function* (intent: FollowIntent) {
  const files = yield* Files
  return (yield* files.text(join(intent.gitDir, "HEAD")))?.trim() === `ref: ${intent.target}`
})

const gone = Effect.fnUntraced(function* (intent: FollowIntent) {
  const reaper = yield* Reaper
  for (let round = 0; round < 50; round++) {
    if ((yield* reaper.find({ mark: markOf(intent) })).length === 0) return true
    yield* Effect.sleep("100 millis")
  }
  return false
})

/** The ref is new, the index is old: writes what is still missing, if every file is either as it was or as it will be. */
const finish = Effect.fnUntraced(function* (intent: FollowIntent, changes: readonly PathChange[]) {
  const files = yield* Files
  const lock = join(intent.gitDir, "index.lock")
  const ours = (yield* files.text(lock)) === lockWord(intent) || (yield* takeIndexLock(lock, lockWord(intent)))
  if (!ours) return left(intent, "another git process works in it")
  const outcome = yield* Effect.gen(function* () {
    yield* files.remove(`${copyOf(intent)}.lock`)
    const states = yield* classify(intent, changes)
    const doubtful = states.filter(({ state }) => state === "other").map(({ change }) => change.path)
    if (doubtful.length > 0) return left(intent, `not as they were left: ${doubtful.join(", ")}`)
    const middle = yield* middleTree(intent, states)
    const found = yield* inTheWay(intent, copyOf(intent), middle, intent.to)
    if (found !== undefined) return left(intent, found.reason)
    yield* writeFiles({ ...intent, from: middle })
    yield* files.rename(copyOf(intent), join(intent.gitDir, "index"))
    return { type: "finished" } as const
  }).pipe(Effect.onError(() => Effect.ignore(releaseLock(intent))))
  for (const name of [copyOf(intent), `${copyOf(intent)}-tree`]) yield* files.remove(name)
  yield* releaseLock(intent)
  // In doubt the intent stays, so that it is told again until somebody has seen to it.
  if (outcome.type === "finished") yield* dropIntent(intent)
  return outcome
})

interface State {
  readonly change: PathChange
  readonly state: "old" | "new" | "absent" | "other"
}

/** How far git came with each file; bytes that are neither the old nor the new ones are somebody's. */
const classify = Effect.fnUntraced(function* (intent: FollowIntent, changes: readonly PathChange[]) {
  const copy = copyOf(intent)
  yield* refreshedCopy(intent, copy)
  const notOld = yield* changedOver(intent, copy)
  const isOld = (change: PathChange) => change.before !== undefined && !notOld.has(change.path)
  yield* setEntries(
    intent,
    copy,
    changes.filter((change) => !isOld(change) && change.after !== undefined).map((change) => [change.path, change.after]),
  )
  const notNew = yield* changedOver(intent, copy)
  return changes.map((change): State => {
    if (isOld(change)) return { change, state: "old" }
    const seen = change.after === undefined ? notOld.get(change.path) : notNew.get(change.path)
    if (seen !== undefined) return { change, state: seen.after === undefined ? "absent" : "other" }
    return { change, state: change.after === undefined ? "absent" : "new" }
  })
})

/**
 * A tree that says what is there, between the two commits, and the copy of the index made to agree with it; from there
 * git goes on as if it had never been stopped, with all of its own care.
 */
const middleTree = Effect.fnUntraced(function* (intent: FollowIntent, states: readonly State[]) {
  const git = yield* Git
  const files = yield* Files
  const { commonDir } = yield* Repository
  const copy = copyOf(intent)
  const there = states
    .filter(({ state }) => state !== "old")
    .map(({ change, state }) => [change.path, state === "new" ? change.after : undefined] as const)
  yield* refreshedCopy(intent, copy)
  yield* setEntries(intent, copy, there)
  const scratch = `${copy}-tree`
  yield* git.run(["read-tree", intent.from], gitIn(intent, commonDir, scratch))
  yield* setEntries(intent, scratch, there)
  const tree = yield* git.text(["write-tree"], gitIn(intent, commonDir, scratch))
  yield* files.remove(scratch)
  return tree
})

/** Says in an index what is at these paths, nothing included, and lets git look at the files. */
const setEntries = Effect.fnUntraced(function* (
  intent: FollowIntent,
  index: string,
  entries: readonly (readonly [path: string, entry: string | undefined])[],
) {
  const git = yield* Git
  const { commonDir, zero } = yield* Repository
  const options = gitIn(intent, commonDir, index)
  // First what goes: a file may have become a folder, and the other way round.
  const rows = entries.toSorted(([, a], [, b]) => Number(a !== undefined) - Number(b !== undefined))
  const input = rows.map(([path, entry]) => `${entry ?? `0 ${zero}`}\t${path}\0`).join("")
  yield* git.run(["update-index", "-z", "--replace", "--index-info"], { ...options, input })
  yield* git.run(["update-index", "-q", "--refresh"], { ...options, config: { "core.hooksPath": devNull }, programs: true, codes: [0, 1] })
})
