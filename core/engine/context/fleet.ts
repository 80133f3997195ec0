import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Layer from "effect/Layer"

/** Which tasks this run is about, which of them are on their journey, and what people asked for meanwhile. */
export class Fleet extends Context.Service<
  Fleet,
  {
    readonly mine: Set<number>
    readonly journeys: FiberMap.FiberMap<number, void, never>
    /** Started once in this run; nothing is started twice without a reason. */
    readonly started: Set<number>
    /** Failed before, and wanted again. */
    readonly again: Set<number>
    /** Their journey here ended in an error once: another owner may have gone on with them. */
    readonly brokenOff: Set<number>
    /** A person asked by name for these to land. */
    readonly asked: Set<number>
    paused: boolean
  }
>()("core/engine/Fleet") {
  static readonly layer = Layer.effect(
    Fleet,
    Effect.map(FiberMap.make<number, void, never>(), (journeys) => ({
      mine: new Set<number>(),
      journeys,
      started: new Set<number>(),
      again: new Set<number>(),
      asked: new Set<number>(),
      brokenOff: new Set<number>(),
      paused: false,
    })),
  )
}
