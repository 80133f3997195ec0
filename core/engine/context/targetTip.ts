import * as Effect from "effect/Effect"
import { Refs } from "../../world/git/refs.ts"
import { NoRemoteTarget, NoTarget, RunContext } from "./runContext.ts"

/** The commit that the target is at now. Somebody may have taken the branch away since the run began. */
export const targetTip = Effect.gen(function* () {
  const refs = yield* Refs
  const { target, targetRef, shared, settings } = yield* RunContext
  const tip = yield* refs.read(targetRef)
  if (tip !== undefined) return tip
  if (shared !== undefined) return yield* new NoRemoteTarget({ target, remote: settings.remote })
  return yield* new NoTarget({ reason: `the branch ${target} is gone`, branch: target })
})
