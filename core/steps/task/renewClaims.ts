import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { claimsHere, regainClaim } from "./claims.ts"
import { renewLock } from "../lock/lock.ts"
import type { Held } from "../lock/lock.ts"

/**
 * Any verb that is typed where a claimed task is worked on is a sign of life: the claims of that folder are renewed. That
 * this can't be done is no reason for the verb to fail.
 */
export const renewClaims = Effect.fn("renewClaims")(
  function* () {
    for (const { task } of yield* claimsHere()) {
      yield* Effect.ignore(Effect.flatMap(regainClaim(task), renewStale))
    }
  },
  Effect.catch((cause) => Effect.logDebug(cause)),
)

/** A lease that has hardly begun needs nothing: with a remote, each sign of life is a push. */
const renewStale = Effect.fnUntraced(function* ({ held }: { readonly held: Held }) {
  const left = held.expires - (yield* Clock.currentTimeMillis)
  if (left < held.leaseMs * 0.9) yield* renewLock(held)
})
