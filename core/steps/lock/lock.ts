import * as Data from "effect/Data"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import { holderKey, holderText, isExpired, leaseMs, lockRef, mayTake, printLock } from "../../domain/lock/lock.ts"
import type { Holder, Lock, LockKind } from "../../domain/lock/lock.ts"
import { Machine } from "../../world/machine/machine.ts"
import { Objects } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"
import type { Expect } from "../../world/git/refs.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { trySwap } from "../../world/git/trySwap.ts"
import { Sightings } from "../../world/machine/sightings.ts"
import { inspectLock } from "./inspectLock.ts"
import { limitRounds } from "./limitRounds.ts"
import { putBackLock } from "./putBackLock.ts"
import { recordedFence } from "./recordedFence.ts"

/** Somebody else owns it; says who, where, since and until when. */
export class LockHeld extends Data.TaggedError("LockHeld")<{ readonly kind: LockKind; readonly name: string; readonly lock: Lock }> {
  override get message() {
    const { owner, acquired, expires } = this.lock
    const until = new Date(expires).toISOString()
    return `${this.kind} ${this.name} is held by ${holderText(owner)} since ${acquired}, until ${until} unless renewed`
  }
  get hint() {
    const { owner } = this.lock
    if (!("session" in owner)) return `Wait for it, or stop that run with \`osier stop\` on ${owner.host}.`
    return `Ask ${owner.email}, or wait. To take it from them all the same: \`osier claim ${this.name} --steal\`.`
  }
  readonly exit = 4
}

/** We held it, and hold it no longer: another one took over. Nothing may be changed in its name any more. */
export class LeaseLost extends Data.TaggedError("LeaseLost")<{
  readonly kind: LockKind
  readonly name: string
  /** Nobody took it that we know of, but no sign of life of ours was heard for so long that somebody may. */
  readonly silent?: boolean
}> {
  override get message() {
    return this.silent === true
      ? `the lease on ${this.kind} ${this.name} could not be renewed, and ends soon`
      : `the lease on ${this.kind} ${this.name} was lost to another owner`
  }
  get hint() {
    return this.silent === true
      ? "What was done is kept. When the remote can be reached again, `osier run` goes on."
      : "See who works on it now with `osier ls --locks`."
  }
  readonly exit = 4
}

/** A lock in our hands. The blob's id changes with every renewal; the fence does not. */
export interface Held {
  readonly kind: LockKind
  readonly name: string
  readonly ref: string
  readonly fence: number
  readonly owner: Holder
  readonly leaseMs: number
  readonly acquired: string
  oid: string
  expires: number
}

/** What a transition of ours must find unchanged in the same transaction. */
export const fenceOf = (held: Held): Expect => ({
  ref: held.ref,
  at: held.oid,
  onRewritten: (oid) => {
    held.oid = oid
  },
})

/** Whether nobody holds it any more, as far as can be told from here and now. */
export const isOpen = Effect.fnUntraced(function* (ref: string, { lock, oid }: { readonly lock: Lock; readonly oid: string }) {
  const machine = yield* Machine
  const sightings = yield* Sightings
  const still = yield* sightings.still(ref, oid)
  return mayTake(lock, yield* machine.liveness(lock.owner), yield* Clock.currentTimeMillis, still)
})

/** How a lock is taken when not for this process and the ordinary while. */
export interface Taking {
  readonly owner?: Holder
  readonly leaseMs?: number
  /** Whoever holds it loses it, alive or not. Of several who do so at once one wins, and nobody takes it from that one. */
  readonly steal?: boolean
}

/**
 * Takes a lock that is free, whose owner is dead, or whose lease is over; of all that try, one wins. A lease from another
 * machine that looks over is watched for a moment first: an owner whose clock is wrong still moves.
 */
export const takeLock = Effect.fn("takeLock")(function* (kind: LockKind, name: string, taking: Taking = {}) {
  const refs = yield* Refs
  const owner = taking.owner ?? (yield* RunIdentity).owner
  const lasts = taking.leaseMs ?? leaseMs
  const ref = lockRef(kind, name)
  let victim: number | undefined
  let fresh = false
  let watched: string | undefined
  const goOn = yield* limitRounds([ref])
  for (;;) {
    yield* goOn
    const seen = yield* inspectLock(ref)
    const now = yield* Clock.currentTimeMillis
    if (taking.steal === true) victim ??= seen?.lock.fence ?? 0
    const stolen = victim !== undefined && seen?.lock.fence === victim
    if (seen !== undefined && !stolen && !(yield* isOpen(ref, seen))) {
      if (fresh && (!isExpired(seen.lock, now) || (watched !== undefined && watched !== seen.oid))) {
        return yield* new LockHeld({ kind, name, lock: seen.lock })
      }
      if (fresh) {
        watched = seen.oid
        yield* Effect.sleep(lookMs)
      }
      yield* refs.refresh([ref])
      fresh = true
      continue
    }
    // A lock that was damaged, and taken away by hand, leaves its number in the record.
    const last = seen?.lock.fence ?? (kind === "task" ? yield* recordedFence(name) : 0)
    const fence = last + 1
    const taken = { owner, fence, leaseMs: lasts, acquired: new Date(now).toISOString() }
    const written = yield* writeLock(taken, "held", now)
    const won = yield* trySwap([{ ref, from: seen?.oid, to: written.oid }])
    if (won) return { kind, name, ref, ...taken, oid: written.oid, expires: written.expires } satisfies Held
  }
})

/** How often a lock is looked at while it is watched. */
const lookMs = 2_500

/** Gives a sign of life. Fails when the lease was lost meanwhile. */
export const renewLock = Effect.fn("renewLock")(function* (held: Held) {
  const now = yield* Clock.currentTimeMillis
  const written = yield* writeLock(held, "held", now)
  yield* replaceLock(held, written.oid)
  held.expires = written.expires
})

/** Frees it for everybody; the fence stays behind. A lease that was lost needs no release. */
export const releaseLock = Effect.fn("releaseLock")(function* (held: Held) {
  const now = yield* Clock.currentTimeMillis
  const written = yield* writeLock(held, "free", now)
  yield* replaceLock(held, written.oid).pipe(Effect.catchTag("LeaseLost", () => Effect.void))
})

/** Frees a lock that its owner can't free any more, fence and all; false when it was taken or renewed meanwhile. */
export const freeLock = Effect.fn("freeLock")(function* (ref: string, { lock, oid }: { readonly lock: Lock; readonly oid: string }) {
  const written = yield* writeLock(lock, "free", yield* Clock.currentTimeMillis)
  return yield* trySwap([{ ref, from: oid, to: written.oid }])
})

/** Removes the ref of a lock that nobody will ever need again; the record keeps the last fence. */
export const sweepLock = Effect.fn("sweepLock")(function* (held: Held) {
  const goOn = yield* limitRounds([held.ref])
  for (;;) {
    yield* goOn
    const gone = yield* trySwap([{ ref: held.ref, from: held.oid, to: undefined }])
    // A sign of life that was under way when its giver was stopped has changed the blob, and nobody wrote down how.
    if (gone || !(yield* isOurs(held))) return
  }
})

const writeLock = Effect.fnUntraced(function* (
  of: Pick<Held, "owner" | "leaseMs" | "fence" | "acquired">,
  state: Lock["state"],
  now: number,
) {
  const objects = yield* Objects
  const { owner, fence, acquired } = of
  const expires = now + of.leaseMs
  const oid = yield* objects.writeBlob(printLock({ state, owner, acquired, expires, leaseMs: of.leaseMs, fence, nonce: nanoid() }))
  return { oid, expires }
})

/**
 * Whether the lock is still ours after a swap that relied on it was lost; takes over the blob's id when a renewal of our own
 * had changed it meanwhile, so that the caller may try again. One that nobody can have taken is put back.
 */
export const stillHeld = Effect.fn("stillHeld")(function* (held: Held) {
  for (;;) {
    const seen = yield* Effect.catchTag(inspectLock(held.ref), "LockBroken", () => Effect.succeed(undefined))
    const now = yield* Clock.currentTimeMillis
    if (seen !== undefined && isHeldBy(held, seen.lock)) {
      held.oid = seen.oid
      return true
    }
    // Whoever takes a lock counts on from our fence, and only a lease that is over is freed by others. One that was gone may
    // have been taken with any fence: a living owner is believed.
    const forged = seen === undefined || (seen.lock.fence <= held.fence && (yield* isOpen(held.ref, seen)))
    if (!forged || now >= held.expires) return false
    const written = yield* writeLock(held, "held", now)
    if (!(yield* putBackLock(held.ref, written.oid))) continue
    held.oid = written.oid
    held.expires = written.expires
    return true
  }
})

const isHeldBy = (held: Held, lock: Lock): boolean =>
  lock.state === "held" && holderKey(lock.owner) === holderKey(held.owner) && lock.fence === held.fence

/** The same for a lock that is about to go: nobody puts it back. */
const isOurs = Effect.fnUntraced(function* (held: Held) {
  const seen = yield* inspectLock(held.ref)
  if (seen === undefined || !isHeldBy(held, seen.lock)) return false
  held.oid = seen.oid
  return true
})

/** Whether the lock is ours, for those who only have to know; what can't be looked at is not. */
export const stillOurs = (held: Held) => Effect.catchCause(stillHeld(held), () => Effect.succeed(false))

/** Goes on only while the lock is ours. Who wakes late asks before it touches what another may have made since. */
export const demandHeld = Effect.fn("demandHeld")(function* (held: Held) {
  if (!(yield* stillHeld(held))) return yield* new LeaseLost({ kind: held.kind, name: held.name })
})

const replaceLock = Effect.fnUntraced(function* (held: Held, to: string) {
  const goOn = yield* limitRounds([held.ref])
  for (;;) {
    yield* goOn
    const won = yield* trySwap([{ ref: held.ref, from: held.oid, to }])
    if (won) break
    if (!(yield* stillHeld(held))) return yield* new LeaseLost({ kind: held.kind, name: held.name })
  }
  held.oid = to
})
