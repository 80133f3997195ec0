import * as Layer from "effect/Layer"
import { Pool } from "../../core/world/pool/pool.ts"
import { PoolWorker } from "../../core/world/pool/poolWorker.ts"

/** The pool with the worker that the roof would name. */
export const poolLayer = Pool.layer.pipe(Layer.provide(Layer.succeed(PoolWorker, new URL("../../core/worker.ts", import.meta.url))))
