import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Settings } from "../domain/settings.ts"
import { builtInAdapters } from "../domain/settingsCheck.ts"
import { claimsHere } from "../steps/claims.ts"
import { readSettings } from "../steps/readSettings.ts"
import { renewClaims } from "../steps/renewClaims.ts"
import { Door } from "../world/door.ts"
import { Files } from "../world/files.ts"
import { Git } from "../world/git.ts"
import { Journal } from "../world/journal.ts"
import { Machine } from "../world/machine.ts"
import { Mutex } from "../world/mutex.ts"
import { Objects } from "../world/objects.ts"
import { Pool } from "../world/pool.ts"
import { Process } from "../world/process.ts"
import { Reaper } from "../world/reaper.ts"
import { RefIntent } from "../world/refIntent.ts"
import { Refs } from "../world/refs.ts"
import { Remote } from "../world/remote.ts"
import { remoteWrap } from "../world/remoteWrap.ts"
import { Repository } from "../world/repository.ts"
import { RunIdentity } from "../world/runIdentity.ts"
import { Seen } from "../world/seen.ts"
import { Sightings } from "../world/sightings.ts"
import { sharedRefs } from "../world/sharedRefs.ts"
import { Adapters } from "./adapters.ts"
import { engine } from "./layer.ts"
import type { RunOptions } from "./runContext.ts"

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
  engine({ settings, options, adapters: builtInAdapters, ...(workingText === undefined ? {} : { workingText }) }).pipe(
    Layer.provideMerge(Layer.merge(Pool.layer, sharing(settings))),
  )

/** Only the names of the adapters there are, for verbs that ask nothing of a remote. */
export const adaptersOf = ({ plugins }: Settings) => Adapters.layer(builtInAdapters, plugins).pipe(Layer.provide(Pool.layer))

/** A remote by its name; among branches, where only commits may stand, what is none is wrapped. */
export const remoteAt = (name: string, namespace: string) => {
  const remote = Remote.layer(name, namespace)
  return namespace.startsWith("refs/heads/") ? remoteWrap.pipe(Layer.provide(remote)) : remote
}

/** The refs as everybody who works with these settings sees them: with a remote, what people share moves there first. */
export const sharing = ({ remote, namespace }: Settings) =>
  remote === "none" ? Layer.effect(Refs, Effect.service(Refs)) : sharedRefs(remote).pipe(Layer.provide(remoteAt(remote, namespace)))
