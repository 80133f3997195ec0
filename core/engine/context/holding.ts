import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { heartbeatMs, marginMs } from "../../domain/lock/lock.ts"
import type { LockKind } from "../../domain/lock/lock.ts"
import { isOver } from "../../domain/task/task.ts"
import { LeaseLost, releaseLock, renewLock, sweepLock, takeLock } from "../../steps/lock/lock.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { readTask } from "../../steps/task/record.ts"
import { ownClock } from "../../world/machine/ownClock.ts"
import type { RemoteRefused } from "../../world/git/remoteTrouble.ts"

/**
 * Does something while owning a lock: its lease is renewed meanwhile, and the body is interrupted the moment the lease is
 * lost, before another owner can be hurt. However it ends, the lock is free again afterwards.
 */
export const holding = <A, E, R>(kind: LockKind, name: string, body: (held: Held) => Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    takeLock(kind, name),
    (held) => Effect.suspend(() => Effect.raceAllFirst([body(held), ...heart(held)])),
    (held) => letGo(held).pipe(Effect.catchCause((cause) => Effect.logWarning(`${held.ref} could not be released`, cause))),
  )

/** A sign of life that was not heard is given again this soon, in milliseconds: the lease does not wait. */
const unheardMs = 2_000

/**
 * Gives signs of life, and watches that they were heard. A remote that can't be reached, or refuses, is asked again; the work stops by
 * itself before the lease can end, for then another may own it. An owner that was stopped and wakes late has not been refused
 * anything: it first asks for its lease, and gives up only when another has it.
 */
const heart = (held: Held) => {
  const clock = ownClock()
  let heard: number | undefined
  let refused: RemoteRefused | undefined
  const beat = Effect.gen(function* () {
    for (let [unheard, rest] = [false, heartbeatMs - (yield* ageOf(held))]; ; rest = unheard ? unheardMs : heartbeatMs) {
      yield* Effect.sleep(Math.max(0, rest))
      const now = yield* clock.now
      unheard = yield* renewLock(held).pipe(
        Effect.as(false),
        Effect.catchTag(["RemoteUnreachable", "RemoteRefused"], (error) =>
          Effect.sync(() => {
            // A host refuses for a while, too: when it is full, or looked after.
            refused = error._tag === "RemoteRefused" ? error : undefined
            return true
          }),
        ),
      )
      if (!unheard) heard = now
    }
  })
  const watch = Effect.gen(function* () {
    heard = (yield* clock.now) - (yield* ageOf(held))
    for (;;) {
      const left = held.leaseMs - marginMs - ((yield* clock.now) - heard)
      if (left <= 0) return yield* refused ?? new LeaseLost({ kind: held.kind, name: held.name, silent: true })
      yield* clock.sleep(left)
    }
  })
  return [beat, watch]
}

/** A lease begins when it is written: a claim that was long on its way has used up a part of it. */
const ageOf = ({ leaseMs, expires }: Held) =>
  Effect.map(Clock.currentTimeMillis, (now) => Math.min(leaseMs, Math.max(0, leaseMs - (expires - now))))

/** A task that is over needs no lock any more: its record holds the last fence. */
const letGo = Effect.fnUntraced(function* (held: Held) {
  if (held.kind === "task") {
    // A record that can't be read says nothing of an end, and keeps nobody from giving the lock back.
    const found = Option.getOrUndefined(yield* Effect.option(readTask(Number(held.name))))
    if (found !== undefined && isOver(found.task.status)) return yield* sweepLock(held)
  }
  yield* releaseLock(held)
})
