import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Door } from "../../core/world/door.ts"
import { Files } from "../../core/world/files.ts"
import { Git } from "../../core/world/git.ts"
import { Machine } from "../../core/world/machine.ts"
import { Mutex } from "../../core/world/mutex.ts"
import { Objects } from "../../core/world/objects.ts"
import { Process } from "../../core/world/process.ts"
import { Reaper } from "../../core/world/reaper.ts"
import { RefIntent } from "../../core/world/refIntent.ts"
import { Refs } from "../../core/world/refs.ts"
import { Repository } from "../../core/world/repository.ts"
import { Seen } from "../../core/world/seen.ts"

const ground = Layer.mergeAll(
  Files.layer,
  Reaper.layer,
  Mutex.layer.pipe(Layer.provideMerge(Machine.layer)),
  Git.layer.pipe(Layer.provideMerge(Process.layer)),
)

/** The live world of one repository, as one process has it: another one has seen other things. */
export const worldOf = (path: string, seen: Layer.Layer<Seen> = Seen.layer) =>
  Layer.merge(Refs.layer, Door.layer).pipe(
    Layer.provideMerge(RefIntent.layer),
    Layer.provideMerge(Objects.layer),
    Layer.provideMerge(Repository.layer(path)),
    Layer.provideMerge(Layer.merge(ground, seen)),
  )

export type World = Layer.Success<ReturnType<typeof worldOf>>

/** Runs an effect in the live world of a repository; a failure rejects with the typed error itself. */
export const inWorld = <A, E>(path: string, effect: Effect.Effect<A, E, World>, seen?: Layer.Layer<Seen>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, worldOf(path, seen)))
