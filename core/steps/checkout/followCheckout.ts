import { devNull } from "node:os"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { nanoid } from "nanoid"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { logHead } from "../../world/git/headLog.ts"
import { copyIndex, takeIndexLock } from "../../world/git/indexLock.ts"
import { Machine } from "../../world/machine/machine.ts"
import { markVariable } from "../../world/machine/reaper.ts"
import { Repository } from "../../world/git/repository.ts"
import { busyWith, gitIn } from "./checkout.ts"
import type { Blocked, Checkout } from "./checkout.ts"
import { copyOf, dropIntent, followCommand, lockWord, markOf, writeIntent } from "./followIntent.ts"
import type { FollowIntent } from "./followIntent.ts"
import { inTheWay } from "./inTheWay.ts"

/** Filters of the user run while their checkout follows; hooks do not, as nobody typed a command there. */
const noHooks = { "core.hooksPath": devNull }

/** The target moved, and the checkout with it; or it stayed behind, and this is what to type. */
export type Followed =
  | { readonly type: "followed"; readonly checkout: string }
  | { readonly type: "behind"; readonly checkout: string; readonly command: string; readonly reason: string }

/** The moments between which a kill must do no harm, in their order. */
export type FollowStep = "intended" | "locked" | "copied" | "swapped" | "written" | "placed" | "released"

export interface Follow<E, R> {
  readonly checkout: Checkout
  readonly target: string
  readonly from: string
  readonly to: string
  /** Moves the target. Run once, while the checkout's index is locked; when it fails nothing has changed. */
  readonly swap: Effect.Effect<void, E, R>
  /** What the log of HEAD says about it. */
  readonly reason: string
  readonly onStep?: (step: FollowStep) => Effect.Effect<void>
}

/** Whether the checkout could be brought along now. Reads only; a copy of its index is all that is written. */
export const inspectCheckout = Effect.fn("inspectCheckout")(function* (checkout: Checkout, from: string, to: string) {
  const files = yield* Files
  const busy = yield* busyWith(checkout)
  if (busy !== undefined) return blocked(checkout, busy)
  if ((yield* files.stat(join(checkout.gitDir, "index.lock"))) !== undefined) return blocked(checkout, locked(checkout))
  const copy = join(checkout.gitDir, `index.osier-${nanoid()}`)
  return yield* Effect.ensuring(check(checkout, copy, from, to), Effect.ignore(removeCopy(copy)))
})

const locked = ({ gitDir }: Checkout) =>
  `another git process works in it, or left its lock file ${join(gitDir, "index.lock")} behind when it was killed`

/**
 * Moves the target and its checkout together. Nothing of the user's changes: files that the landing does not touch keep
 * content, staging and even their times, and where it would touch a changed one nothing happens at all.
 */
export const followCheckout = <E, R>(follow: Follow<E, R>) => Effect.uninterruptible(following(follow))

const following = Effect.fn("followCheckout")(function* <E, R>({ checkout, target, from, to, swap, reason, onStep }: Follow<E, R>) {
  const files = yield* Files
  const { self } = yield* Machine
  const at = onStep ?? (() => Effect.void)
  const intent: FollowIntent = { id: nanoid(), owner: self, target, from, to, path: checkout.path, gitDir: checkout.gitDir }
  const copy = copyOf(intent)
  const busy = yield* busyWith(checkout)
  if (busy !== undefined) return blocked(checkout, busy)
  const giveUp = Effect.ignore(releaseFollow(intent))

  yield* writeIntent(intent)
  yield* at("intended")
  if (!(yield* takeIndexLock(join(checkout.gitDir, "index.lock"), lockWord(intent)).pipe(Effect.onError(() => giveUp)))) {
    yield* dropIntent(intent)
    return blocked(checkout, locked(checkout))
  }
  const prepared = yield* Effect.gen(function* () {
    yield* at("locked")
    const found = yield* check(checkout, copy, from, to)
    yield* at("copied")
    if (found === undefined) yield* swap
    return found
  }).pipe(Effect.onError(() => giveUp))
  if (prepared !== undefined) {
    yield* giveUp
    return prepared
  }
  // The target has moved. From here on nothing fails any more; at worst the checkout is told to be behind.
  yield* at("swapped")
  const written = yield* Effect.exit(writeFiles(intent))
  if (Exit.isFailure(written)) {
    const why = `its files could not be written: ${messageOf(written)}`
    yield* Effect.ignore(Effect.andThen(removeCopy(copy), releaseLock(intent)))
    // The intent stays: the next start looks again whether it can be finished without doubt.
    const behind: Followed = { type: "behind", checkout: checkout.path, command: followCommand(intent), reason: why }
    return behind
  }
  yield* at("written")
  yield* files.rename(copy, join(checkout.gitDir, "index"))
  yield* at("placed")
  yield* tellHead(checkout, { from, to, reason })
  yield* releaseFollow(intent)
  yield* at("released")
  const done: Followed = { type: "followed", checkout: checkout.path }
  return done
})

/** git logs the move for the main checkout by itself. */
const tellHead = Effect.fnUntraced(function* (
  checkout: Checkout,
  move: { readonly from: string; readonly to: string; readonly reason: string },
) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  if (checkout.gitDir === commonDir) return
  const who = yield* git.text(["var", "GIT_COMMITTER_IDENT"], gitIn(checkout, commonDir)).pipe(Effect.catch(() => Effect.succeed("")))
  if (who !== "") yield* logHead(checkout.gitDir, { ...move, who })
})

const messageOf = (exit: Exit.Exit<unknown, { readonly message: string }>): string =>
  Exit.isFailure(exit) ? (exit.cause.reasons.map((each) => (each._tag === "Fail" ? each.error.message : each._tag))[0] ?? "") : ""

/** Makes the refreshed copy, and looks for what is in the way on it. */
const check = Effect.fnUntraced(function* (checkout: Checkout, copy: string, from: string, to: string) {
  // A filter of the user's that fails makes git give up; so do we, until it works again.
  const refused = yield* refreshedCopy(checkout, copy).pipe(
    Effect.as(undefined),
    Effect.catchTag("GitFailed", (error) => Effect.succeed(error.message)),
  )
  if (refused !== undefined) return blocked(checkout, refused)
  const found = yield* inTheWay(checkout, copy, from, to)
  return found === undefined ? undefined : blocked(checkout, found.reason, found.files)
})

/** A copy of the checkout's index whose knowledge of the files is up to date. */
export const refreshedCopy = Effect.fn("refreshedCopy")(function* (checkout: Checkout, copy: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  yield* copyIndex(join(checkout.gitDir, "index"), copy)
  yield* git.run(["update-index", "-q", "--refresh"], {
    ...gitIn(checkout, commonDir, copy),
    config: noHooks,
    programs: true,
    codes: [0, 1],
  })
})

/** Writes what differs between the commits into the checkout, and into the copy of its index. */
export const writeFiles = Effect.fn("writeFiles")(function* (intent: FollowIntent) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const options = gitIn(intent, commonDir, copyOf(intent))
  const env = { ...options.env, [markVariable]: markOf(intent) }
  yield* git.run(["read-tree", "-m", "-u", intent.from, intent.to], { ...options, config: noHooks, env, programs: true })
})

/** Removes git's lock if it is this intent's; a lock of anybody else stays. */
export const releaseLock = Effect.fn("releaseLock")(function* (intent: FollowIntent) {
  const files = yield* Files
  const lock = join(intent.gitDir, "index.lock")
  if ((yield* files.text(lock)) === lockWord(intent)) yield* files.remove(lock)
})

/** Undoes the preparations: the copy, the lock, and last the intent that tells of them. */
export const releaseFollow = Effect.fn("releaseFollow")(function* (intent: FollowIntent) {
  yield* removeCopy(copyOf(intent))
  yield* releaseLock(intent)
  yield* dropIntent(intent)
})

const removeCopy = Effect.fnUntraced(function* (copy: string) {
  const files = yield* Files
  yield* files.remove(copy)
  yield* files.remove(`${copy}.lock`)
})

const blocked = (checkout: Checkout, reason: string, files: readonly string[] = []): Blocked => ({
  type: "blocked",
  checkout: checkout.path,
  files,
  reason,
})
