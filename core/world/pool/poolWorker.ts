import * as Context from "effect/Context"

/** The file that a worker starts with. Only the roof knows it, which names it; without that no adapter can be run. */
export const PoolWorker = Context.Reference<URL | string>("core/world/PoolWorker", { defaultValue: () => "no worker was named" })
