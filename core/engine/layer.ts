import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Settings } from "../domain/settings.ts"
import { RunIdentity } from "../world/runIdentity.ts"
import { Adapters } from "./adapters.ts"
import { Board } from "./board.ts"
import { Configured } from "./configured.ts"
import { Drain } from "./drain.ts"
import { Fleet } from "./fleet.ts"
import { Holds } from "./holds.ts"
import { Lookout } from "./lookout.ts"
import { OwnRefs, rememberedRefs } from "./ownRefs.ts"
import { RightOfWay } from "./rightOfWay.ts"
import { RunContext } from "./runContext.ts"
import type { RunOptions } from "./runContext.ts"
import { Slots } from "./slots.ts"
import { TargetWatch } from "./targetWatch.ts"
import { Train } from "./train.ts"

/** Everything the engine's verbs need on top of the live world, for one run with these settings. */
export const engine = (input: {
  readonly settings: Settings
  readonly workingText?: string
  readonly options?: Partial<RunOptions>
  /** Names of the adapters that come with osier. */
  readonly adapters: readonly string[]
}) =>
  Layer.mergeAll(
    Slots.layer,
    Holds.layer,
    RightOfWay.layer,
    Train.layer,
    Drain.layer,
    Fleet.layer,
    Lookout.layer,
    TargetWatch.layer,
    Adapters.layer(input.adapters, input.settings.plugins),
  ).pipe(
    Layer.provideMerge(Layer.mergeAll(RunContext.layer(input), Board.layer, Configured.layer)),
    Layer.provideMerge(rememberedRefs.pipe(Layer.provideMerge(OwnRefs.layer))),
    Layer.provideMerge(identity(input.settings)),
  )

/** Who this run is to others, under the name that the settings give it. */
const identity = ({ email }: Settings) =>
  Layer.effect(
    RunIdentity,
    Effect.map(Effect.service(RunIdentity), (known) => (email === undefined ? known : { ...known, owner: { ...known.owner, email } })),
  )
