import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Settings } from "./domain/settings/settings.ts"
import { Adapters } from "./engine/context/adapters.ts"
import { Board } from "./engine/context/board.ts"
import { Configured } from "./engine/context/configured.ts"
import { Drain } from "./engine/context/drain.ts"
import { Fleet } from "./engine/context/fleet.ts"
import { Holds } from "./engine/context/holds.ts"
import { Lookout } from "./engine/context/lookout.ts"
import { OwnRefs, rememberedRefs } from "./engine/context/ownRefs.ts"
import { RightOfWay } from "./engine/context/rightOfWay.ts"
import type { RunOptions } from "./engine/context/runContext.ts"
import { RunContext } from "./engine/context/runContext.ts"
import { Slots } from "./engine/context/slots.ts"
import { TargetWatch } from "./engine/context/targetWatch.ts"
import { Train } from "./engine/train/train.ts"
import { readSettings } from "./steps/given/readSettings.ts"
import { claimsHere } from "./steps/task/claims.ts"
import { renewClaims } from "./steps/task/renewClaims.ts"
import { Door } from "./world/door/door.ts"
import { Git } from "./world/git/git.ts"
import { Objects } from "./world/git/objects.ts"
import { RefIntent } from "./world/git/refIntent.ts"
import { Refs } from "./world/git/refs.ts"
import { Repository } from "./world/git/repository.ts"
import { RunIdentity } from "./world/git/runIdentity.ts"
import { Journal } from "./world/journal/journal.ts"
import { Files } from "./world/machine/files.ts"
import { Machine } from "./world/machine/machine.ts"
import { Mutex } from "./world/machine/mutex.ts"
import { Process } from "./world/machine/process.ts"
import { Reaper } from "./world/machine/reaper.ts"
import { Seen } from "./world/machine/seen.ts"
import { Sightings } from "./world/machine/sightings.ts"
import { Pool } from "./world/pool/pool.ts"
import { sharing } from "./world/remote/sharing.ts"

const machine = Layer.mergeAll(
  Files.layer,
  Reaper.layer,
  Seen.layer,
  Sightings.layer,
  Mutex.layer.pipe(Layer.provideMerge(Machine.layer)),
  Git.layer.pipe(Layer.provideMerge(Process.layer)),
)

const journal = Layer.unwrap(
  Effect.gen(function* () {
    const { own } = yield* Repository
    const { run } = yield* RunIdentity
    return Journal.layer(own, run)
  }),
)

/** A verb that is typed where a claimed task is worked on is a sign of life of whoever claimed it. */
const signOfLife = Effect.gen(function* () {
  if ((yield* claimsHere()).length === 0) return
  const { settings } = yield* readSettings()
  yield* renewClaims().pipe(Effect.provide(sharing(settings)))
}).pipe(Effect.timeoutOption("5 seconds"), Effect.ignore)

/** Everything outside, for the repository at a folder: what every verb needs, and nothing that only a run does. */
export const worldAt = (at: string) => Layer.effectDiscard(signOfLife).pipe(Layer.provideMerge(outside(at)))

const outside = (at: string) =>
  Layer.mergeAll(journal, Door.layer, Refs.layer.pipe(Layer.provideMerge(RefIntent.layer))).pipe(
    Layer.provideMerge(Objects.layer),
    Layer.provideMerge(RunIdentity.layer),
    Layer.provideMerge(Repository.layer(at)),
    Layer.provideMerge(machine),
  )

export type World = Layer.Success<ReturnType<typeof worldAt>>

/** What one run decides by: its settings, and what a person allowed for this once. */
export interface Terms {
  readonly settings: Settings
  readonly workingText: string | undefined
  readonly options?: Partial<RunOptions>
}

/** What a run stands on, above the world: the engine with osier's own adapters, and the threads they run on. */
export const engineOf = ({ settings, workingText, options = {} }: Terms) =>
  engine({ settings, options, ...(workingText === undefined ? {} : { workingText }) }).pipe(
    Layer.provideMerge(Layer.merge(Pool.layer, sharing(settings))),
  )

/** Only the names of the adapters there are, for verbs that ask nothing of a remote. */
export const adaptersOf = ({ plugins }: Settings) => Adapters.layer(plugins).pipe(Layer.provide(Pool.layer))

/** Everything the engine's verbs need on top of the live world, for one run with these settings. */
export const engine = (input: { readonly settings: Settings; readonly workingText?: string; readonly options?: Partial<RunOptions> }) =>
  Layer.mergeAll(
    Slots.layer,
    Holds.layer,
    RightOfWay.layer,
    Train.layer,
    Drain.layer,
    Fleet.layer,
    Lookout.layer,
    TargetWatch.layer,
    Adapters.layer(input.settings.plugins),
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
