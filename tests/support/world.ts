import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Door } from "../../core/world/door/door.ts"
import { Files } from "../../core/world/machine/files.ts"
import { Git } from "../../core/world/git/git.ts"
import { Machine } from "../../core/world/machine/machine.ts"
import { Mutex } from "../../core/world/machine/mutex.ts"
import { Objects } from "../../core/world/git/objects.ts"
import { Process } from "../../core/world/machine/process.ts"
import { Reaper } from "../../core/world/machine/reaper.ts"
import { RefIntent } from "../../core/world/git/refIntent.ts"
import { Refs } from "../../core/world/git/refs.ts"
import { Repository } from "../../core/world/git/repository.ts"
import { Seen } from "../../core/world/machine/seen.ts"

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
