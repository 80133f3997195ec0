import * as Effect from "effect/Effect"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parseArguments } from "../../../core/domain/plan/plan.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { discardTask } from "../../../core/engine/handwork/discardTask.ts"
import { clearLost } from "../../../core/engine/recovery/clearLost.ts"
import { recover } from "../../../core/engine/recovery/recovery.ts"
import { takeLock } from "../../../core/steps/lock/lock.ts"
import { changeTask, readTask } from "../../../core/steps/task/record.ts"
import { makeStage } from "../../support/engine.ts"

const yaml = `agents: { a: { adapter: shell, command: ["sh", "-c", "echo 1 > file.txt"] } }
agent: a
gates: { test: ["true"] }
`

test(
  "the tree and the branch of a killed owner go when another landed its task; what was on them is kept",
  { timeout: 120_000 },
  async () => {
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
  },
)

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

test("what held judged commits, and what was noted of attempts, goes with whoever needed it, and stays while it is needed", async () => {
  const { repo, act } = makeStage(yaml)
  const names = ["over", "living", "dead"]
  await act(addTasks(parseArguments(names, { agents: ["a"], adapters: [], gates: [] }).tasks, { again: "new" }))
  await act(discardTask(1))
  const attempts = join(repo.path, ".git/osier/attempts")
  const note = repo.git("hash-object", "-w", "README.md")
  for (const id of [1, 2, 3]) {
    repo.git("update-ref", `refs/osier/judging/${id}/landing`, "HEAD")
    repo.git("update-ref", `refs/osier/attempts/${id}`, note)
    mkdirSync(join(attempts, `${id}-1-n`), { recursive: true })
  }
  await act(Effect.andThen(takeLock("task", "2"), recover()))
  const left = (what: string) => repo.git("for-each-ref", "--format=%(refname)", `refs/osier/${what}`)
  expect(left("judging")).toBe("refs/osier/judging/2/landing")
  expect(left("attempts")).toBe("refs/osier/attempts/2")
  // A task that is yet to be gone on with may need what its dead owner wrote down.
  expect(readdirSync(attempts).toSorted()).toEqual(["2-1-n", "3-1-n"])
})

test("a run that had to leave a task which another has landed clears up after it, and leaves other branches alone", async () => {
  const { repo, act, run } = makeStage(yaml)
  expect((await run(["one", "two"])).exit).toBe(0)
  const folders: string[] = []
  for (const id of [1, 2]) {
    const { task } = await act(readTask(id))
    repo.git("branch", task.branch ?? "", task.tip ?? "")
    repo.git("update-ref", `refs/osier/attempts/${id}`, repo.git("hash-object", "-w", "README.md"))
    folders.push(`${id}-1-n`)
  }
  for (const name of folders) mkdirSync(join(repo.path, ".git/osier/attempts", name), { recursive: true })
  const branches = () => repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads/task").split("\n")
  await act(clearLost(new Set()))
  expect(branches()).toEqual(["task/one-1", "task/two-2"])
  expect(readdirSync(join(repo.path, ".git/osier/attempts")).toSorted()).toEqual(folders)
  await act(clearLost(new Set([1])))
  expect(branches()).toEqual(["task/two-2"])
  expect(readdirSync(join(repo.path, ".git/osier/attempts"))).toEqual([])
})
