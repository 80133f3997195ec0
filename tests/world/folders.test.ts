import * as Effect from "effect/Effect"
import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { claimFolder, moveInto, removeEmptyFolder } from "../../core/world/folders.ts"
import { makeFolder } from "../support/repo.ts"

test("a folder that others take away as empty is made again, and nothing is lost or made twice", async () => {
  const root = makeFolder()
  const bin = join(root, "bin")
  const count = 200
  for (let n = 0; n < count; n++) writeFileSync(join(root, `f${n}`), "x")
  const done = { yet: false }
  const nuisance = Effect.gen(function* () {
    for (let turn = 0; !done.yet; turn++) {
      yield* removeEmptyFolder(bin)
      // Now and then out of step, as another process is.
      for (let rest = turn % 3; rest > 0; rest--) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    }
  })
  const work = Effect.gen(function* () {
    for (let n = 0; n < count; n++) {
      yield* moveInto(join(root, `f${n}`), bin, "one")
      yield* moveInto(join(bin, "one"), root, `moved${n}`)
    }
    expect(yield* claimFolder(join(bin, "mine"))).toBe(true)
    expect(yield* claimFolder(join(bin, "mine"))).toBe(false)
    done.yet = true
  })
  await Effect.runPromise(Effect.all([nuisance, work], { concurrency: "unbounded" }))
  expect(readdirSync(root).filter((name) => name.startsWith("moved"))).toHaveLength(count)
})

test("what is not there can't be moved", async () => {
  const root = makeFolder()
  mkdirSync(join(root, "bin"))
  expect(await Effect.runPromise(Effect.result(moveInto(join(root, "nothing"), join(root, "bin"), "x")))).toMatchObject({
    failure: { _tag: "FileFailed", code: "ENOENT" },
  })
})
