import * as Effect from "effect/Effect"
import { heartbeatMs } from "../domain/lock.ts"
import type { LockKind } from "../domain/lock.ts"
import { isOver } from "../domain/task.ts"
import { releaseLock, renewLock, sweepLock, takeLock } from "../steps/lock.ts"
import type { Held } from "../steps/lock.ts"
import { readTask } from "../steps/record.ts"

/**
 * Does something while owning a lock: its lease is renewed meanwhile, and the body is interrupted the moment the lease is
 * lost, before another owner can be hurt. However it ends, the lock is free again afterwards.
 */
export const holding = <A, E, R>(kind: LockKind, name: string, body: (held: Held) => Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    takeLock(kind, name),
    (held) => Effect.raceFirst(body(held), heartbeat(held)),
    (held) => letGo(held).pipe(Effect.catchCause((cause) => Effect.logWarning(`${held.ref} could not be released`, cause))),
  )

const heartbeat = Effect.fnUntraced(function* (held: Held) {
  for (;;) {
    yield* Effect.sleep(heartbeatMs)
    yield* renewLock(held)
  }
})

/** A task that is over needs no lock any more: its record holds the last fence. */
const letGo = Effect.fnUntraced(function* (held: Held) {
  if (held.kind === "task") {
    const { task } = yield* readTask(Number(held.name))
    if (isOver(task.status) && task.fence === held.fence) return yield* sweepLock(held)
  }
  yield* releaseLock(held)
})
