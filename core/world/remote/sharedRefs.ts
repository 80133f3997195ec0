import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Refs } from "../git/refs.ts"
import type { Swap } from "../git/refs.ts"
import { bothSides } from "./bothSides.ts"
import { refreshShared } from "./refreshShared.ts"
import { swapShared } from "./swapShared.ts"

/**
 * The refs of the repository, some of which belong to everybody who uses the remote: these move there first, by one atomic
 * push that states what it expects, and here only follow. What stands here is what was last seen there.
 */
export const sharedRefs = (name: string) =>
  Layer.effect(
    Refs,
    Effect.gen(function* () {
      const sides = yield* bothSides(name)
      const { local, remote, names } = sides
      return {
        read: local.read,
        list: local.list,
        swap: (swaps, expect) => swapShared(sides, swaps, expect),
        refresh: (wanted) => refreshShared(sides, wanted),
        vet: (swaps: readonly Swap[]) => remote.vet(swaps.map((move) => ({ ...move, ref: names.there(move.ref) ?? move.ref }))),
      }
    }),
  )
