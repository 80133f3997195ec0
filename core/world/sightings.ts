import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/**
 * How long this process has seen something stand still, by a clock that nobody sets. Whether an owner on another machine
 * still lives can't be told from what its clock or ours says, only from whether it still moves.
 */
export class Sightings extends Context.Service<
  Sightings,
  {
    /** Milliseconds since this value was first seen under this name without another in between; 0 for a first look. */
    readonly still: (name: string, value: string) => Effect.Effect<number>
  }
>()("core/world/Sightings") {
  static readonly layer = Layer.sync(Sightings, () => {
    const first = new Map<string, { readonly value: string; readonly at: bigint }>()
    const still = (name: string, value: string) =>
      Effect.map(Clock.monotonicTimeNanos, (now) => {
        const seen = first.get(name)
        if (seen?.value === value) return Number((now - seen.at) / 1_000_000n)
        first.set(name, { value, at: now })
        return 0
      })
    return { still }
  })
}
