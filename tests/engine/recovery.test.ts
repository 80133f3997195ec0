import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { recover } from "../../core/engine/recovery.ts"
import { makeStage } from "../support/engine.ts"

const yaml = `agents: { a: { adapter: shell, command: ["sh", "-c", "echo 1 > file.txt"] } }
agent: a
gates: { test: ["true"] }
`

test("the tree and the branch of a killed owner go when another landed its task; what was on them is kept", async () => {
  const { repo, run, act } = makeStage(yaml)
  expect((await run(["one"])).landed).toHaveLength(1)
  // As a killed run leaves it: a commit that nobody landed, and a file that nobody committed.
  const tree = `${repo.path}.osier/one-1`
  repo.git("worktree", "add", "-q", "--lock", "--reason", "osier: one-1", "-b", "task/one-1", tree, "main~1")
  writeFileSync(join(tree, "mine.txt"), "mine\n")
  repo.git("-C", tree, "add", "mine.txt")
  repo.git("-C", tree, "commit", "-q", "-m", "mine")
  const tip = repo.git("-C", tree, "rev-parse", "HEAD")
  writeFileSync(join(tree, "more.txt"), "more\n")
  await act(recover())
  expect(existsSync(tree)).toBe(false)
  expect(repo.git("branch", "--format=%(refname:short)")).toBe("main")
  const kept = repo.git("for-each-ref", "--format=%(refname)", "refs/osier/keep/1").split("\n")
  expect(kept.map((ref) => repo.git("rev-list", ref)).join()).toContain(tip)
  expect(kept.map((ref) => repo.git("ls-tree", "-r", "--name-only", ref)).join()).toContain("more.txt")
  expect(repo.git("for-each-ref", "refs/osier/locks/task")).toBe("")
})
