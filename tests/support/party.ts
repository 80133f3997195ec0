import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Machine } from "../../core/world/machine/machine.ts"
import { Mutex } from "../../core/world/machine/mutex.ts"

/** Each call is a party of its own, as a process would be. */
export const party = <A, E>(act: (mutex: Mutex["Service"]) => Effect.Effect<A, E>) =>
  Effect.provide(Mutex.use(act), Layer.fresh(Mutex.layer).pipe(Layer.provide(Machine.layer)))
