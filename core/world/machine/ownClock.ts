import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** How often a wait looks whether time passed as it should, in milliseconds. */
const sliceMs = 1_000

/** A slice that took this much longer than it should was no busy machine: this process was stopped, or its machine slept. */
const lateMs = 2_000

/** Long enough to read what waits in the pipes: what came in time counts, also when it was not looked at in time. */
export const breathMs = 200

/**
 * A clock that goes only while this process does. After Ctrl-Z and `fg`, a closed lid or a paused machine nobody is charged
 * for time in which osier could neither listen nor give a sign of life. It goes while somebody sleeps by it.
 */
export const ownClock = () => {
  let last: bigint | undefined
  let ran = 0
  /** Milliseconds since it was looked at first. */
  const now = Effect.map(Clock.monotonicTimeNanos, (at) => {
    const passed = Number(at - (last ?? at)) / 1_000_000
    last = at
    if (passed <= sliceMs + lateMs) ran += passed
    return ran
  })
  /** Sleeps until that much of it has passed. */
  const sleep = (ms: number) =>
    Effect.gen(function* () {
      const until = (yield* now) + ms
      for (let left = ms; left > 0; left = until - (yield* now)) yield* Effect.sleep(Math.min(Math.ceil(left), sliceMs))
    })
  /** Comes to what `orElse` says once the effect has taken longer than that, by this clock, and nothing of its end waits to be heard. */
  const within = <A, E, R, B, E2, R2>(ms: number, effect: Effect.Effect<A, E, R>, orElse: Effect.Effect<B, E2, R2>) =>
    Effect.raceFirst(effect, Effect.andThen(Effect.andThen(sleep(ms), Effect.sleep(breathMs)), orElse))
  return { now, sleep, within }
}
