import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/**
 * Runs the body; the first signal asks it to end softly, the second interrupts it. A terminal that was closed reads no more,
 * so that is taken as the second one at once.
 */
export const withSignals = <A, E, R>(body: Effect.Effect<A, E, R>, soften: (signal: string) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(body, { startImmediately: true })
    let count = 0
    const heard = (signal: string) => {
      count += signal === "SIGHUP" ? 2 : 1
      if (count === 1) Effect.runFork(soften(signal))
      else if (count < 4) Effect.runFork(Fiber.interrupt(fiber))
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        for (const name of names) process.on(name, heard)
      }),
      () =>
        Effect.sync(() => {
          for (const name of names) process.off(name, heard)
        }),
    )
    return yield* Fiber.join(fiber)
  }).pipe(Effect.scoped)
