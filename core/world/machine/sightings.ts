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
    /**
     * Milliseconds for which this value was seen under this name without another in between; 0 for a first look. Between two
     * looks only so much counts as one would wait for the next: who was stopped meanwhile has seen nothing.
     */
    readonly still: (name: string, value: string) => Effect.Effect<number>
  }
>()("core/world/Sightings") {
  static readonly layer = Layer.sync(Sightings, () => {
    const seen = new Map<string, { readonly value: string; readonly at: bigint; readonly stillMs: number }>()
    const still = (name: string, value: string) =>
      Effect.map(Clock.monotonicTimeNanos, (at) => {
        const before = seen.get(name)
        const stillMs = before?.value === value ? before.stillMs + Math.min(Number((at - before.at) / 1_000_000n), blinkMs) : 0
        seen.set(name, { value, at, stillMs })
        return stillMs
      })
    return { still }
  })
}

/** The longest time between two looks in which nothing can have escaped the eye. */
const blinkMs = 10_000
