import { readdirSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { makeStage } from "../support/engine.ts"
import { scribe, trees, check } from "../support/scribe.ts"

test("three tasks run side by side, land, and leave nothing behind", { timeout: 60_000 }, async () => {
  const { repo, run, events } = makeStage(scribe, check)
  repo.write("dirty.txt", "mine")
  const branches = repo.git("branch", "--format=%(refname)")
  const report = await run(["a", "b", "c"])
  expect(report.failed).toEqual([])
  expect(report.waiting).toEqual([])
  expect(report.landed.map((one) => one.title)).toEqual(["a", "b", "c"])
  expect(report.exit).toBe(0)
  expect(readdirSync(join(repo.path, "notes")).toSorted()).toEqual(["a.md", "b.md", "c.md"])
  expect(repo.git("status", "--porcelain")).toBe("?? dirty.txt")
  expect(repo.git("branch", "--format=%(refname)")).toBe(branches)
  expect(repo.git("worktree", "list", "--porcelain").match(/^worktree /gm)).toHaveLength(1)
  expect(trees(repo.path)).toEqual([])
  expect(repo.git("for-each-ref", "refs/osier/locks/task", "--format=%(refname)")).toBe("")
  expect(repo.git("rev-list", "--count", "--first-parent", "main")).toBe("4")
  expect(repo.git("fsck", "--strict")).not.toMatch(/error/)
  const seen = events()
  expect(seen.map((event) => event.seq)).toEqual(seen.map((_, at) => at + 1))
  expect(seen.filter((event) => event.type === "Landed")).toHaveLength(3)
})
