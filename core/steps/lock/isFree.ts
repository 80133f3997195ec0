import * as Effect from "effect/Effect"
import { lockRef } from "../../domain/lock/lock.ts"
import type { LockKind } from "../../domain/lock/lock.ts"
import { inspectLock } from "./inspectLock.ts"
import { isOpen } from "./lock.ts"

/** Whether nobody owns it now. Only a look: to be sure, take it. What is no lock record may be anybody's, so it is not free. */
export const isFree = Effect.fn("isFree")(function* (kind: LockKind, name: string) {
  const ref = lockRef(kind, name)
  const look = Effect.gen(function* () {
    const seen = yield* inspectLock(ref)
    return seen === undefined || (yield* isOpen(ref, seen))
  })
  return yield* Effect.catchTag(look, "LockBroken", () => Effect.succeed(false))
})
