import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** A pass that this process itself heard from a gate. */
export interface Pass {
  readonly tree: string
  readonly gate: string
  readonly ms: number
  readonly log?: string
}

/**
 * What this process saw with its own eyes. It is held in memory and nowhere else: whoever is judged runs as the same user
 * and can write every file of ours, so no file lets anything land.
 */
export class Seen extends Context.Service<
  Seen,
  {
    /** By the key of the verdict. */
    readonly passes: Map<string, Pass>
  }
>()("core/world/Seen") {
  static readonly layer = Layer.effect(
    Seen,
    Effect.sync(() => Seen.of({ passes: new Map() })),
  )
}
