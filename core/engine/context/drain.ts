import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Board } from "./board.ts"

/** The wish to end a run softly: nothing new is started, what works is finished and landed. */
export class Drain extends Context.Service<
  Drain,
  {
    readonly request: (reason: string) => Effect.Effect<void>
    readonly requested: () => boolean
    /** Comes when it was. */ readonly begun: Effect.Effect<void>
  }
>()("core/engine/Drain") {
  static readonly layer = Layer.effect(
    Drain,
    Effect.gen(function* () {
      const board = yield* Board
      let wanted = false
      const begun = yield* Deferred.make<void>()
      return {
        requested: () => wanted,
        begun: Deferred.await(begun),
        request: (reason) =>
          Effect.suspend(() => {
            if (wanted) return Effect.void
            wanted = true
            return board
              .emit({ type: "RunDraining", reason })
              .pipe(Effect.andThen(Deferred.succeed(begun, undefined)), Effect.andThen(board.ring))
          }),
      }
    }),
  )
}
