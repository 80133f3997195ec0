import * as Effect from "effect/Effect"
import { type Expect, Refs, type Swap } from "./refs.ts"

/** Moves all of these refs, or none: false when one of them, or what is expected of the others, is no longer as it was. */
export const trySwap = Effect.fnUntraced(function* (swaps: readonly Swap[], expect?: readonly Expect[]) {
  const refs = yield* Refs
  return yield* refs.swap(swaps, expect).pipe(
    Effect.as(true),
    Effect.catchTag("SwapLost", () => Effect.succeed(false)),
  )
})
