import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { RefFailed } from "../../world/git/refs.ts"

const mostRounds = 200
const mostNanos = 60_000_000_000n

/**
 * For a loop that begins again whenever others were first: to be asked at the start of each round. Somebody wins each round, so
 * that many of them over so long a time are no contest any more, but something that nobody foresaw.
 */
export const limitRounds = (refs: readonly string[]) =>
  Effect.map(Clock.monotonicTimeNanos, (began) => {
    let rounds = 0
    return Effect.flatMap(Clock.monotonicTimeNanos, (now) =>
      ++rounds > mostRounds && now - began > mostNanos
        ? Effect.fail(new RefFailed({ refs, reason: `it was lost to others ${rounds} times` }))
        : Effect.void,
    )
  })
