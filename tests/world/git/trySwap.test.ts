import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { Objects } from "../../../core/world/git/objects.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import { trySwap } from "../../../core/world/git/trySwap.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("a swap that is lost moves nothing and is an answer; one that git refuses is a failure", async () => {
  const told = Effect.gen(function* () {
    const [refs, objects] = [yield* Refs, yield* Objects]
    const [a, b] = [yield* objects.writeBlob("a"), yield* objects.writeBlob("b")]
    const [one, two] = ["refs/osier/one", "refs/osier/two"]
    const made = yield* trySwap([{ ref: one, from: undefined, to: a }])
    const lost = yield* trySwap([
      { ref: two, from: undefined, to: a },
      { ref: one, from: b, to: undefined },
    ])
    const fenced = yield* trySwap([{ ref: two, from: undefined, to: a }], [{ ref: one, at: b }])
    const moved = yield* trySwap([{ ref: two, from: undefined, to: b }], [{ ref: one, at: a }])
    const refused = yield* Effect.flip(trySwap([{ ref: "refs/osier/a..b", from: undefined, to: a }]))
    return { made, lost, fenced, moved, refused: refused._tag, at: [yield* refs.read(one), yield* refs.read(two)], a, b }
  })
  const { a, b, at, ...rest } = await inWorld(makeRepo({ "a.txt": "a\n" }).path, told)
  expect(rest).toEqual({ made: true, lost: false, fenced: false, moved: true, refused: "RefFailed" })
  expect(at).toEqual([a, b])
})
