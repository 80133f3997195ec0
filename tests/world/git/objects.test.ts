import * as Effect from "effect/Effect"
import { chmodSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { Objects } from "../../../core/world/git/objects.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const written = (path: string, text: string) =>
  inWorld(
    path,
    Effect.gen(function* () {
      const objects = yield* Objects
      const oid = yield* objects.writeBlob(text)
      yield* objects.settle
      return oid
    }),
  )

test("what a power cut left of an object is not taken for the object", async () => {
  const repo = makeRepo()
  const oid = await written(repo.path, "whole\n")
  const file = join(repo.path, ".git/objects", oid.slice(0, 2), oid.slice(2))
  const whole = readFileSync(file)
  chmodSync(file, 0o644)
  for (const torn of [Buffer.alloc(0), whole.subarray(0, 9), Buffer.alloc(whole.length)]) {
    writeFileSync(file, torn)
    expect(await written(repo.path, "whole\n")).toBe(oid)
    expect(repo.git("cat-file", "-p", oid)).toBe("whole")
    chmodSync(file, 0o644)
  }
})

test("an object that was packed between its writing and its settling is on the disk already", async () => {
  const repo = makeRepo()
  const oid = await inWorld(
    repo.path,
    Effect.gen(function* () {
      const objects = yield* Objects
      const blob = yield* objects.writeBlob("packed\n")
      repo.git("update-ref", "refs/packed", blob)
      repo.git("gc", "-q", "--prune=now")
      yield* objects.settle
      return blob
    }),
  )
  expect(repo.git("cat-file", "-p", oid)).toBe("packed")
})
