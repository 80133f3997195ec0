import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { RunContext } from "./runContext.ts"

/** How many agents work at once. A slot is taken for the work alone: waiting in the train holds none. */
export class Slots extends Context.Service<
  Slots,
  {
    /** Waits for a slot and holds it until the scope closes. */
    readonly take: Effect.Effect<void, never, Scope>
    readonly free: () => number
  }
>()("core/engine/Slots") {
  static readonly layer = Layer.effect(
    Slots,
    Effect.gen(function* () {
      const { settings } = yield* RunContext
      const slots = yield* Semaphore.make(settings.concurrency)
      let free = settings.concurrency
      const take = Effect.acquireRelease(
        Effect.andThen(
          slots.take(1),
          Effect.sync(() => void free--),
        ),
        () =>
          Effect.andThen(
            Effect.sync(() => void free++),
            slots.release(1),
          ),
        { interruptible: true },
      )
      return { take: Effect.asVoid(take), free: () => free }
    }),
  )
}
