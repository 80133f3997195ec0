import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { EventEmitter } from "node:events"
import { terminalGone } from "./terminalGone.ts"

const names = ["SIGINT", "SIGTERM"] as const

/** Where signals come from, and what is known of the terminal. */
export interface Hearing {
  readonly process: Pick<EventEmitter, "on" | "off">
  readonly terminalGone: () => Promise<boolean>
}

/**
 * Runs the body; the first signal asks it to end softly, the second interrupts it. A terminal that was closed reads no more,
 * so SIGHUP interrupts at once, but only if the terminal that is gone is what this process talks to.
 */
export const withSignals = <A, E, R>(
  body: Effect.Effect<A, E, R>,
  soften: (signal: string) => Effect.Effect<void>,
  hearing: Hearing = { process, terminalGone: terminalGone() },
) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(body, { startImmediately: true })
    const interrupt = () => void Effect.runFork(Fiber.interrupt(fiber))
    let count = 0
    const heard = (signal: string) => {
      count++
      if (count === 1) Effect.runFork(soften(signal))
      else if (count < 4) interrupt()
    }
    const hungUp = () =>
      void hearing.terminalGone().then((gone) => {
        if (gone) interrupt()
      })
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        for (const name of names) hearing.process.on(name, heard)
        hearing.process.on("SIGHUP", hungUp)
      }),
      () =>
        Effect.sync(() => {
          for (const name of names) hearing.process.off(name, heard)
          hearing.process.off("SIGHUP", hungUp)
        }),
    )
    return yield* Fiber.join(fiber)
  }).pipe(Effect.scoped)
