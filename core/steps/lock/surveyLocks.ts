import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { isExpired, lockName, readLock, signOfLife } from "../../domain/lock/lock.ts"
import type { Lock } from "../../domain/lock/lock.ts"
import type { Liveness } from "../../domain/lock/processIdentity.ts"
import { Machine } from "../../world/machine/machine.ts"
import { Objects } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"

/** A lock as it stands: free, held, held by a process that is proven dead, or with a lease that is over by our clock. */
export interface SeenLock {
  readonly ref: string
  /** Its kind and name, as `task/12`. */
  readonly name: string
  readonly oid: string
  readonly lock: Lock
  readonly alive: Liveness
  readonly standing: "free" | "held" | "dead" | "over"
  /** Milliseconds since its owner's last sign of life, by our clock; negative when theirs is ahead. */
  readonly silentMs: number
}

/** Every lock there is, and the refs among them that hold no lock record. */
export const surveyLocks = Effect.fn("surveyLocks")(function* () {
  const [refs, objects, machine] = [yield* Refs, yield* Objects, yield* Machine]
  const locks: SeenLock[] = []
  const broken: string[] = []
  for (const [ref, oid] of yield* refs.list("refs/osier/locks/")) {
    const lock = readLock((yield* objects.read(oid))?.data.toString() ?? "")
    if (lock === undefined) {
      broken.push(ref)
      continue
    }
    const alive = yield* machine.liveness(lock.owner)
    const now = yield* Clock.currentTimeMillis
    const standing = lock.state === "free" ? "free" : alive === "dead" ? "dead" : isExpired(lock, now) ? "over" : "held"
    locks.push({ ref, name: lockName(ref), oid, lock, alive, standing, silentMs: now - signOfLife(lock) })
  }
  return { locks, broken }
})
