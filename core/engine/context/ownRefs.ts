import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Refs } from "../../world/git/refs.ts"

/** What of osier's own refs must not vanish; locks look after themselves, for their owners renew them. */
const watched = /^refs\/osier\/(?:keep|evidence|tasks)\//

/** Where osier's own refs stand as far as this run knows: as they were when it began, and as it wrote them since. */
export class OwnRefs extends Context.Service<OwnRefs, { readonly known: Map<string, string>; since: number }>()("core/engine/OwnRefs") {
  static readonly layer = Layer.sync(OwnRefs, () => ({ known: new Map<string, string>(), since: 0 }))
}

export const isWatched = (ref: string): boolean => watched.test(ref)

/** The refs as before, only that what is written of osier's own is remembered. */
export const rememberedRefs = Layer.effect(
  Refs,
  Effect.gen(function* () {
    const refs = yield* Refs
    const { known } = yield* OwnRefs
    const swap: Refs["Service"]["swap"] = (swaps, expect) => {
      const own = swaps.filter(({ ref }) => watched.test(ref))
      if (own.length === 0) return refs.swap(swaps, expect)
      const before = own.map(({ ref }) => [ref, known.get(ref)] as const)
      return Effect.suspend(() => {
        // What we take away is not missed while it goes.
        for (const { ref, to } of own) if (to === undefined) known.delete(ref)
        return refs.swap(swaps, expect)
      }).pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            for (const { ref, to } of own) if (exit._tag === "Success" && to !== undefined) known.set(ref, to)
            for (const [ref, at] of before) if (exit._tag === "Failure" && at !== undefined) known.set(ref, at)
          }),
        ),
      )
    }
    return { ...refs, swap }
  }),
)
