import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { compareWork } from "../../../core/steps/commit/compareWork.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("a diff is the same whatever anybody prefers, and neither drivers nor attributes can make it say nothing", async () => {
  const repo = makeRepo({ "a.txt": "one\n\ntwo\n" })
  const base = repo.git("rev-parse", "HEAD")
  const tip = repo.commit("work", { "a.txt": "one\n\nthree\n", ".gitattributes": "* -diff\n" })
  const look = () => inWorld(repo.path, compareWork(base, tip, []))
  const plain = await look()
  expect(plain).toContain("--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n \n-two\n+three\n")
  for (const [key, value] of [
    ["diff.external", "true"],
    ["diff.hide.textconv", "true"],
    ["color.ui", "always"],
    ["diff.noprefix", "true"],
    ["diff.mnemonicPrefix", "true"],
    ["diff.context", "0"],
    ["diff.suppressBlankEmpty", "true"],
    ["core.abbrev", "20"],
    ["diff.algorithm", "histogram"],
    ["diff.relative", "true"],
  ] as const)
    repo.git("config", key, value)
  mkdirSync(join(repo.path, ".git/info"), { recursive: true })
  writeFileSync(join(repo.path, ".git/info/attributes"), "* diff=hide\n")
  expect(await look()).toBe(plain)
})

test("who asks for numbers gets numbers, without the patch beside them", async () => {
  const repo = makeRepo({ "a.txt": "one\n" })
  const base = repo.git("rev-parse", "HEAD")
  const tip = repo.commit("work", { "a.txt": "one\ntwo\n" })
  expect(await inWorld(repo.path, compareWork(base, tip, ["--numstat", "-z"]))).toBe("1\t0\ta.txt\0")
})
