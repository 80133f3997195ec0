import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Objects } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"
import type { Swap } from "../../world/git/refs.ts"
import { trySwap } from "../../world/git/trySwap.ts"
import { limitRounds } from "../lock/limitRounds.ts"

const ref = "refs/osier/ids"
const Counter = Schema.fromJsonString(Schema.Struct({ next: Schema.Natural, nonce: Schema.String }))

/** Numbers for new tasks, and the move of the counter that makes them ours: to be made in one act with whatever uses them. */
export interface IdsToClaim {
  readonly ids: readonly number[]
  readonly move: Swap
}

/** The next free numbers, all of them above one that is in use without the counter. They are nobody's before it has moved. */
export const nextIds = Effect.fn("nextIds")(function* (count: number, above = 0) {
  const objects = yield* Objects
  const found = yield* objects.read(ref)
  const counter = Option.getOrUndefined(Schema.decodeUnknownOption(Counter)(found?.data.toString() ?? ""))
  const first = Math.max(above + 1, counter?.next ?? 0, (yield* highest) + 1)
  const to = yield* objects.writeBlob(`${JSON.stringify({ next: first + count, nonce: nanoid() })}\n`)
  const ids = Array.from({ length: count }, (_, place) => first + place)
  return { ids, move: { ref, from: found?.oid, to } } satisfies IdsToClaim
})

/** Claims a block of task numbers that no other process will ever be given. */
export const claimIds = Effect.fn("claimIds")(function* (count: number) {
  const goOn = yield* limitRounds([ref])
  for (;;) {
    yield* goOn
    const { ids, move } = yield* nextIds(count)
    const won = yield* trySwap([move])
    if (won) return ids
  }
})

/** A counter that is missing, damaged or set back counts for less than the tasks themselves: a number is never given twice. */
const highest = Effect.gen(function* () {
  const refs = yield* Refs
  const known = yield* refs.list("refs/osier/tasks/")
  return Math.max(0, ...[...known.keys()].map((name) => Number(name.split("/").at(-1))).filter(Number.isInteger))
})
