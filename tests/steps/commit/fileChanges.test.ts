import { expect, test } from "vitest"
import { fileChanges } from "../../../core/steps/commit/fileChanges.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("added, changed, removed and moved files are told apart, however they are named", async () => {
  const body = "a line\n".repeat(30)
  const repo = makeRepo({ "tests/a.ts": body, "tests/b.ts": "b\n", "c.ts": "c\n" })
  repo.git("mv", "tests/a.ts", "moved ü.ts")
  repo.git("rm", "-q", "tests/b.ts")
  repo.commit("change", { "c.ts": "d\n", "new\nline.bin": "x".repeat(100) })
  const changes = await inWorld(repo.path, fileChanges("HEAD~1", "HEAD"))
  expect(changes.toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
    { how: "changed", path: "c.ts", size: 0 },
    { how: "changed", path: "moved ü.ts", size: 0 },
    { how: "added", path: "new\nline.bin", size: 100 },
    { how: "removed", path: "tests/b.ts", size: 0 },
  ])
})
