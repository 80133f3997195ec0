import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { readIndex } from "../../../core/domain/git/gitIndex.ts"
import { indexTree } from "../../../core/domain/git/indexTree.ts"
import { dice, seed } from "../../support/dice.ts"
import { plantHistory } from "../../support/histories.ts"
import { makeRepo } from "../../support/repo.ts"

test(`it is the tree that git would write, of odd ones too (seed ${seed})`, { timeout: 60_000 }, () => {
  const repo = makeRepo()
  const commits = plantHistory(repo, dice(seed))
  for (const commit of commits.filter((_, n) => n % 4 === 3)) {
    const index = join(repo.path, ".git", "odd-index")
    execFileSync("git", ["read-tree", `--index-output=${index}`, commit], { cwd: repo.path })
    const entries = readIndex(readFileSync(index), 20) ?? []
    expect(indexTree(entries, "sha1")).toBe(repo.git("rev-parse", `${commit}^{tree}`))
  }
})

test("of a conflict, and of a name that is no text, it says nothing", () => {
  const entry = { mode: 0o100644, oid: "1".repeat(40) }
  expect(indexTree([{ ...entry, path: "a", stage: 2 }], "sha1")).toBeUndefined()
  expect(indexTree([{ ...entry, path: "\uFFFD", stage: 0 }], "sha1")).toBeUndefined()
})
