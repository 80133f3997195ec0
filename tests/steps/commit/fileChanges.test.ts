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
    { how: "changed", path: "c.ts", size: 2, before: 2 },
    { how: "changed", path: "moved ü.ts", from: "tests/a.ts", size: body.length, before: body.length },
    { how: "added", path: "new\nline.bin", size: 100 },
    { how: "removed", path: "tests/b.ts", size: 0 },
  ])
})

test("of what is large its first bytes tell whether it is a text", async () => {
  const repo = makeRepo()
  repo.commit("bring", { dump: `ELF\0${"x".repeat(600_000)}`, "words.txt": "word ".repeat(120_000), small: "\0" })
  const changes = await inWorld(repo.path, fileChanges("HEAD~1", "HEAD"))
  expect(changes.map(({ path, binary }) => [path, binary])).toEqual([
    ["dump", true],
    ["small", undefined],
    ["words.txt", false],
  ])
})
