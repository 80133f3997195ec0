import * as Effect from "effect/Effect"
import type { EventEmitter } from "node:events"

/** Does this at each SIGUSR1, for as long as the scope is open; on Windows there is no such signal. */
export const onRequest = Effect.fnUntraced(function* <R>(
  answer: Effect.Effect<void, never, R>,
  of: Pick<EventEmitter, "on" | "off"> = process,
) {
  const context = yield* Effect.context<R>()
  const heard = () => void Effect.runForkWith(context)(answer)
  yield* Effect.acquireRelease(
    Effect.sync(() => of.on("SIGUSR1", heard)),
    () => Effect.sync(() => of.off("SIGUSR1", heard)),
  )
})
