import * as Layer from "effect/Layer"
import { BuiltIn } from "../../core/world/pool/builtIn.ts"
import { Pool } from "../../core/world/pool/pool.ts"
import { PoolWorker } from "../../core/world/pool/poolWorker.ts"
import { adapters } from "../../plugins/index.ts"

/** What the roof names: the worker, and the adapters that come with osier. */
export const roofLayer = Layer.merge(
  Layer.succeed(PoolWorker, new URL("../../core/worker.ts", import.meta.url)),
  Layer.succeed(BuiltIn, adapters),
)

/** The pool under that roof. */
export const poolLayer = Pool.layer.pipe(Layer.provideMerge(roofLayer))
