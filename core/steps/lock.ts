import * as Data from "effect/Data"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import { leaseMs, lockRef, mayTake, printLock, readLock } from "../domain/lock.ts"
import type { Lock, LockKind, Owner } from "../domain/lock.ts"
import { Machine } from "../world/machine.ts"
import { Objects } from "../world/objects.ts"
import { Refs } from "../world/refs.ts"
import type { Expect } from "../world/refs.ts"
import { RunIdentity } from "../world/runIdentity.ts"

/** Somebody else owns it; says who, where, since and until when. */
export class LockHeld extends Data.TaggedError("LockHeld")<{ readonly kind: LockKind; readonly name: string; readonly lock: Lock }> {
  override get message() {
    const { owner, acquired, expires } = this.lock
    return (
      `${this.kind} ${this.name} is held by ${owner.email} (run ${owner.run}, process ${owner.pid} on ${owner.host}) ` +
      `since ${acquired}, until ${new Date(expires).toISOString()} unless renewed`
    )
  }
  get hint() {
    return `Wait for it, or stop that run with \`osier stop\` on ${this.lock.owner.host}.`
  }
  readonly exit = 4
}

/** We held it, and hold it no longer: another one took over. Nothing may be changed in its name any more. */
export class LeaseLost extends Data.TaggedError("LeaseLost")<{ readonly kind: LockKind; readonly name: string }> {
  override get message() {
    return `the lease on ${this.kind} ${this.name} was lost to another owner`
  }
  get hint() {
    return "See who works on it now with `osier ls --locks`."
  }
  readonly exit = 4
}

/** The blob of a lock is not one. Nobody can tell whose it is, so nobody takes it. */
export class LockBroken extends Data.TaggedError("LockBroken")<{ readonly ref: string }> {
  override get message() {
    return `${this.ref} does not hold a lock record`
  }
  get hint() {
    return `Look at it with \`git cat-file -p ${this.ref}\`; when nothing runs, \`git update-ref -d ${this.ref}\` frees it.`
  }
  readonly exit = 3
}

/** A lock in our hands. The blob's id changes with every renewal; the fence does not. */
export interface Held {
  readonly kind: LockKind
  readonly name: string
  readonly ref: string
  readonly fence: number
  oid: string
  expires: number
}

/** What a transition of ours must find unchanged in the same transaction. */
export const fenceOf = (held: Held): Expect => ({ ref: held.ref, at: held.oid })

/** The lock as it stands, and its blob's id; undefined when it was never taken. */
export const inspectLock = Effect.fnUntraced(function* (ref: string) {
  const objects = yield* Objects
  const found = yield* objects.read(ref)
  if (found === undefined) return undefined
  const lock = readLock(found.data.toString())
  return lock === undefined ? yield* new LockBroken({ ref }) : { lock, oid: found.oid }
})

/** Takes a lock that is free, whose owner is dead, or whose lease is over; of all that try, one wins. */
export const takeLock = Effect.fn("takeLock")(function* (kind: LockKind, name: string) {
  const refs = yield* Refs
  const machine = yield* Machine
  const { owner } = yield* RunIdentity
  const ref = lockRef(kind, name)
  for (;;) {
    const seen = yield* inspectLock(ref)
    const now = yield* Clock.currentTimeMillis
    if (seen !== undefined && !mayTake(seen.lock, yield* machine.liveness(seen.lock.owner), now)) {
      return yield* new LockHeld({ kind, name, lock: seen.lock })
    }
    const fence = (seen?.lock.fence ?? 0) + 1
    const written = yield* writeLock(owner, fence, "held", now)
    const won = yield* refs.swap([{ ref, from: seen?.oid, to: written.oid }]).pipe(
      Effect.as(true),
      Effect.catchTag("SwapLost", () => Effect.succeed(false)),
    )
    if (won) return { kind, name, ref, fence, oid: written.oid, expires: written.expires } satisfies Held
  }
})

/** Gives a sign of life. Fails when the lease was lost meanwhile. */
export const renewLock = Effect.fn("renewLock")(function* (held: Held) {
  const { owner } = yield* RunIdentity
  const now = yield* Clock.currentTimeMillis
  const written = yield* writeLock(owner, held.fence, "held", now)
  yield* replaceLock(held, written.oid)
  held.expires = written.expires
})

/** Frees it for everybody; the fence stays behind. A lease that was lost needs no release. */
export const releaseLock = Effect.fn("releaseLock")(function* (held: Held) {
  const { owner } = yield* RunIdentity
  const now = yield* Clock.currentTimeMillis
  const written = yield* writeLock(owner, held.fence, "free", now)
  yield* replaceLock(held, written.oid).pipe(Effect.catchTag("LeaseLost", () => Effect.void))
})

/** Removes the ref of a lock that nobody will ever need again; the record keeps the last fence. */
export const sweepLock = Effect.fn("sweepLock")(function* (held: Held) {
  const refs = yield* Refs
  yield* refs.swap([{ ref: held.ref, from: held.oid, to: undefined }]).pipe(Effect.catchTag("SwapLost", () => Effect.void))
})

const writeLock = Effect.fnUntraced(function* (owner: Owner, fence: number, state: Lock["state"], now: number) {
  const objects = yield* Objects
  const expires = now + leaseMs
  const acquired = new Date(now).toISOString()
  const oid = yield* objects.writeBlob(printLock({ state, owner, acquired, expires, fence, nonce: nanoid() }))
  return { oid, expires }
})

/**
 * Whether the lock is still ours after a swap that relied on it was lost; takes over the blob's id when a renewal of our own
 * had changed it meanwhile, so that the caller may try again.
 */
export const stillHeld = Effect.fn("stillHeld")(function* (held: Held) {
  const { owner } = yield* RunIdentity
  const seen = yield* inspectLock(held.ref)
  const ours = seen?.lock.state === "held" && seen.lock.owner.run === owner.run && seen.lock.fence === held.fence
  if (ours) held.oid = seen.oid
  return ours
})

const replaceLock = Effect.fnUntraced(function* (held: Held, to: string) {
  const refs = yield* Refs
  for (;;) {
    const won = yield* refs.swap([{ ref: held.ref, from: held.oid, to }]).pipe(
      Effect.as(true),
      Effect.catchTag("SwapLost", () => Effect.succeed(false)),
    )
    if (won) break
    if (!(yield* stillHeld(held))) return yield* new LeaseLost({ kind: held.kind, name: held.name })
  }
  held.oid = to
})
