import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../world/files.ts"
import { Git } from "../world/git.ts"
import { takeIndexLock } from "../world/indexLock.ts"
import { Machine } from "../world/machine.ts"
import { Mutex } from "../world/mutex.ts"
import { Reaper } from "../world/reaper.ts"
import { Refs } from "../world/refs.ts"
import { Repository } from "../world/repository.ts"
import { gitIn } from "./checkout.ts"
import { refreshedCopy, releaseFollow, releaseLock, writeFiles } from "./followCheckout.ts"
import { copyOf, dropIntent, followCommand, listIntents, lockWord, markOf } from "./followIntent.ts"
import type { FollowIntent } from "./followIntent.ts"
import { changedOver, changesBetween, inTheWay, stagedOver } from "./inTheWay.ts"
import type { Change } from "./inTheWay.ts"

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
    const became = yield* recoverOne(intent)
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
const finish = Effect.fnUntraced(function* (intent: FollowIntent, changes: readonly Change[]) {
  const files = yield* Files
  const lock = join(intent.gitDir, "index.lock")
  const ours = (yield* files.text(lock)) === lockWord(intent) || (yield* takeIndexLock(lock, lockWord(intent)))
  if (!ours) return left(intent, "another git process works in it")
  const outcome = yield* Effect.gen(function* () {
    yield* files.remove(`${copyOf(intent)}.lock`)
    const doubtful = yield* assemble(intent, changes)
    if (doubtful.length > 0) return left(intent, `not as they were left: ${doubtful.join(", ")}`)
    const found = yield* inTheWay(intent, copyOf(intent), intent.from, intent.to)
    if (found !== undefined) return left(intent, found.reason)
    yield* writeFiles(intent)
    yield* files.rename(copyOf(intent), join(intent.gitDir, "index"))
    return { type: "finished" } as const
  }).pipe(Effect.onError(() => Effect.ignore(releaseLock(intent))))
  yield* files.remove(copyOf(intent))
  yield* releaseLock(intent)
  // In doubt the intent stays, so that it is told again until somebody has seen to it.
  if (outcome.type === "finished") yield* dropIntent(intent)
  return outcome
})

/**
 * Makes the copy of the index that the kill left no trace of: old entries for files that are still old, new ones for
 * those already written. Answers with the files that are neither.
 */
const assemble = Effect.fnUntraced(function* (intent: FollowIntent, changes: readonly Change[]) {
  const copy = copyOf(intent)
  yield* refreshedCopy(intent, copy)
  const notOld = yield* changedOver(intent, copy)
  const untouched = (change: Change) => change.before !== undefined && !notOld.has(change.path)
  const open = changes.filter((change) => !untouched(change) && change.after !== undefined)
  if (open.length === 0) return []
  yield* setEntries(intent, open)
  const notNew = yield* changedOver(intent, copy)
  const state = (change: Change) => {
    const seen = notNew.get(change.path)
    return seen === undefined ? "new" : seen.after === undefined ? "absent" : "other"
  }
  const doubtful = open.filter((change) => state(change) === "other")
  yield* refreshedCopy(intent, copy)
  yield* setEntries(
    intent,
    open.filter((change) => state(change) === "new"),
  )
  return doubtful.map((change) => change.path)
})

/** Says in the copy that these paths are what the new commit says, and lets git look at the files. */
const setEntries = Effect.fnUntraced(function* (intent: FollowIntent, changes: readonly Change[]) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const options = gitIn(intent, commonDir, copyOf(intent))
  const rows = changes.map((change) => `${change.after}\t${change.path}\0`)
  yield* git.run(["update-index", "-z", "--replace", "--index-info"], { ...options, input: rows.join("") })
  yield* git.run(["update-index", "-q", "--refresh"], { ...options, codes: [0, 1] })
})
