import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Objects } from "../world/objects.ts"
import { Refs } from "../world/refs.ts"

const ref = "refs/osier/ids"
const Counter = Schema.fromJsonString(Schema.Struct({ next: Schema.Natural, nonce: Schema.String }))

/** Claims a block of task numbers that no other process will ever be given. */
export const claimIds = Effect.fn("claimIds")(function* (count: number) {
  const refs = yield* Refs
  const objects = yield* Objects
  for (;;) {
    const found = yield* objects.read(ref)
    const counter = Option.getOrUndefined(Schema.decodeUnknownOption(Counter)(found?.data.toString() ?? ""))
    const first = counter?.next ?? (yield* highest) + 1
    const to = yield* objects.writeBlob(`${JSON.stringify({ next: first + count, nonce: nanoid() })}\n`)
    const won = yield* refs.swap([{ ref, from: found?.oid, to }]).pipe(
      Effect.as(true),
      Effect.catchTag("SwapLost", () => Effect.succeed(false)),
    )
    if (won) return Array.from({ length: count }, (_, place) => first + place)
  }
})

/** A counter that is missing or damaged is rebuilt from the tasks themselves: a number is never given twice. */
const highest = Effect.gen(function* () {
  const refs = yield* Refs
  const known = yield* refs.list("refs/osier/tasks/")
  return Math.max(0, ...[...known.keys()].map((name) => Number(name.split("/").at(-1))).filter(Number.isInteger))
})
