import * as Effect from "effect/Effect"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { Refs } from "../../core/world/refs.ts"
import { makeRepo } from "../support/repo.ts"
import { inWorld } from "../support/world.ts"

test("a lock file that is not known to be ours is never removed, and the swap says so", { timeout: 60_000 }, async () => {
  const repo = makeRepo()
  const a = repo.git("rev-parse", "HEAD")
  const lock = join(repo.path, ".git/refs/heads/held.lock")
  writeFileSync(lock, "")
  const error = await inWorld(
    repo.path,
    Effect.gen(function* () {
      const refs = yield* Refs
      return yield* Effect.flip(refs.swap([{ ref: "refs/heads/held", from: undefined, to: a }]))
    }),
  )
  expect(error._tag).toBe("RefFailed")
  expect(existsSync(lock)).toBe(true)
})
