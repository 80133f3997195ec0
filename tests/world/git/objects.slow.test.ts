import * as Effect from "effect/Effect"
import { readdirSync, rmdirSync } from "node:fs"
import { join } from "node:path"
import { setImmediate } from "node:timers/promises"
import { expect, test } from "vitest"
import { Objects } from "../../../core/world/git/objects.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("objects are written while git gc takes away every folder that is empty for a moment", async () => {
  const repo = makeRepo({ "a.txt": "a\n" })
  const folder = join(repo.path, ".git/objects")
  let ended = false
  const sweep = async () => {
    while (!ended) {
      for (const name of readdirSync(folder)) {
        try {
          rmdirSync(join(folder, name))
        } catch {
          // It holds something.
        }
      }
      for (let turn = 0; turn < 5; turn++) await setImmediate()
    }
  }
  const sweeping = sweep()
  const texts = Array.from({ length: 80 }, (_, n) => `blob ${n}`)
  const written = await inWorld(
    repo.path,
    Objects.use((objects) => Effect.forEach(texts, objects.writeBlob, { concurrency: 4 })),
  ).finally(() => (ended = true))
  await sweeping
  expect(written.map((oid) => repo.git("cat-file", "blob", oid))).toEqual(texts)
})
