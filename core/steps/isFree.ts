import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { lockRef, mayTake } from "../domain/lock.ts"
import type { LockKind } from "../domain/lock.ts"
import { Machine } from "../world/machine.ts"
import { inspectLock } from "./lock.ts"

/** Whether nobody owns it now. Only a look: to be sure, take it. */
export const isFree = Effect.fn("isFree")(function* (kind: LockKind, name: string) {
  const machine = yield* Machine
  const seen = yield* inspectLock(lockRef(kind, name))
  if (seen === undefined) return true
  return mayTake(seen.lock, yield* machine.liveness(seen.lock.owner), yield* Clock.currentTimeMillis)
})
