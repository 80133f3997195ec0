import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"

/** What this run has seen of the remote, and what it has said about it. */
export class Lookout extends Context.Service<
  Lookout,
  {
    /** When the last look was, by a clock that nobody sets. */
    at: number
    cutOff: boolean
    /** The remote's tip that the branch here was last brought to. */
    followed: string | undefined
    /** The last words about a branch here that can't follow; nobody wants to read them at each landing. */
    said: string | undefined
    /** The branch here is brought along by one at a time. */
    readonly turn: Semaphore.Semaphore
  }
>()("core/engine/Lookout") {
  static readonly layer = Layer.effect(
    Lookout,
    Effect.map(Semaphore.make(1), (turn) => ({ at: 0, cutOff: false, followed: undefined, said: undefined, turn })),
  )
}
