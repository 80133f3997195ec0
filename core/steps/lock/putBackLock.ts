import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Journal } from "../../world/journal/journal.ts"
import { Refs } from "../../world/git/refs.ts"
import { trySwap } from "../../world/git/trySwap.ts"

/** Puts a lock of ours back that something else than osier deleted or forged, and tells it; false when it moved in this moment. */
export const putBackLock = Effect.fn("putBackLock")(function* (ref: string, to: string) {
  const refs = yield* Refs
  const journal = yield* Effect.serviceOption(Journal)
  const found = yield* refs.read(ref)
  const back = yield* trySwap([{ ref, from: found, to }])
  if (back && Option.isSome(journal))
    yield* journal.value.append({ type: "RefRestored", ref, restored: to, ...(found === undefined ? {} : { found }) })
  return back
})
