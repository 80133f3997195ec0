import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { resolve } from "node:path"
import { Pool } from "../../world/pool/pool.ts"
import type { PoolRequest } from "../../world/pool/poolJob.ts"
import { Repository } from "../../world/git/repository.ts"

/** Every adapter there is in this run: the built-in ones, and those that osier.yaml names by path. */
export class Adapters extends Context.Service<
  Adapters,
  { readonly names: readonly string[]; readonly which: (name: string) => PoolRequest["adapter"] }
>()("core/engine/Adapters") {
  static readonly layer = (builtIn: readonly string[], plugins: readonly string[]) =>
    Layer.effect(
      Adapters,
      Effect.gen(function* () {
        const pool = yield* Pool
        const { root } = yield* Repository
        const loaded = yield* Effect.forEach(plugins, (path) => {
          const module = resolve(root, path)
          return Effect.map(pool.load(module), (name): [string, PoolRequest["adapter"]] => [name, { module }])
        })
        const modules = new Map(loaded)
        return { names: [...builtIn, ...modules.keys()], which: (name) => modules.get(name) ?? name }
      }),
    )
}
