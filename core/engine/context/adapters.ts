import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { resolve } from "node:path"
import type { AdapterFacts } from "../../plugin.ts"
import { Repository } from "../../world/git/repository.ts"
import { BuiltIn } from "../../world/pool/builtIn.ts"
import { Pool } from "../../world/pool/pool.ts"
import type { PoolRequest } from "../../world/pool/poolJob.ts"

/** Every adapter there is in this run: the built-in ones, and those that osier.yaml names by path. */
export class Adapters extends Context.Service<
  Adapters,
  {
    readonly names: readonly string[]
    readonly factsOf: (name: string) => AdapterFacts | undefined
    readonly which: (name: string) => PoolRequest["adapter"]
  }
>()("core/engine/Adapters") {
  static readonly layer = (plugins: readonly string[]) =>
    Layer.effect(
      Adapters,
      Effect.gen(function* () {
        const pool = yield* Pool
        const { root } = yield* Repository
        const loaded = yield* Effect.forEach(plugins, (path) => {
          const module = resolve(root, path)
          return Effect.map(pool.load(module), (facts) => ({ facts, which: { module } }))
        })
        const all = [...(yield* BuiltIn).map((facts) => ({ facts, which: facts.name })), ...loaded]
        // A plugin may stand in for a built-in adapter of its name.
        const known = new Map(all.map((one) => [one.facts.name, one]))
        return {
          names: [...known.keys()],
          factsOf: (name) => known.get(name)?.facts,
          which: (name) => known.get(name)?.which ?? name,
        }
      }),
    )
}
