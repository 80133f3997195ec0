import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parseArguments } from "../../core/domain/plan.ts"
import { addTasks } from "../../core/engine/addTasks.ts"
import { discardTask } from "../../core/engine/discardTask.ts"
import { recover } from "../../core/engine/recovery.ts"
import { changeTask, readTask } from "../../core/steps/record.ts"
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

test("a task whose owner was killed can be given up, and what stood in its tree is kept", async () => {
  const { repo, act } = makeStage(yaml)
  await act(addTasks(parseArguments(["one"], { agents: ["a"], adapters: [], gates: [] }).tasks, { again: "new" }))
  // As a killed run leaves it: running, with a tree, and nobody who holds it.
  await act(changeTask(1, (old) => ({ ...old, status: "running", branch: "task/one-1" })))
  const tree = `${repo.path}.osier/one-1`
  repo.git("worktree", "add", "-q", "--lock", "--reason", "osier: one-1", "-b", "task/one-1", tree, "main")
  writeFileSync(join(tree, "mine.txt"), "mine\n")
  await act(discardTask(1))
  expect((await act(readTask(1))).task.status).toBe("discarded")
  expect(repo.git("show", "refs/osier/keep/1/1:mine.txt")).toBe("mine")
  expect(existsSync(tree)).toBe(false)
})
