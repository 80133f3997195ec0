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
    /** Gives the slot held by the caller to others for as long as the effect takes. */
    readonly lend: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    readonly free: () => number
  }
>()("core/engine/Slots") {
  static readonly layer = Layer.effect(
    Slots,
    Effect.gen(function* () {
      const { settings } = yield* RunContext
      const slots = yield* Semaphore.make(settings.concurrency)
      let free = settings.concurrency
      const grab = Effect.andThen(
        slots.take(1),
        Effect.sync(() => void free--),
      )
      const give = Effect.andThen(
        Effect.sync(() => void free++),
        slots.release(1),
      )
      const take = Effect.acquireRelease(grab, () => give, { interruptible: true })
      const lend = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.acquireUseRelease(
          give,
          () => effect,
          () => grab,
        )
      return { take: Effect.asVoid(take), lend, free: () => free }
    }),
  )
}
