import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Milliseconds by a clock that nobody sets: for everything that lasts. What o'clock it is, only dates and leases of others ask. */
export const steadyMs = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos / 1_000_000n))
