import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { checkLocks } from "../../core/engine/doctor/checkStore.ts"
import { chosen } from "../../core/engine/run/chosen.ts"
import { run } from "../../core/engine/run/run.ts"
import { printLock } from "../../core/domain/lock/lock.ts"
import { isFree } from "../../core/steps/lock/isFree.ts"
import { takeLock } from "../../core/steps/lock/lock.ts"
import { listTasks, readTask, surveyTasks } from "../../core/steps/task/record.ts"
import { makeStage } from "../support/engine.ts"
import type { Stage } from "../support/engine.ts"
import { osier } from "../support/program.ts"
import type { Repo } from "../support/repo.ts"
import { check, scribe, trees } from "../support/scribe.ts"
import { deeply } from "../support/deeply.ts"

const yaml = `target: main\n${scribe}`
const runReady = (stage: Stage) => stage.act(run({ ids: "ready" }))
const blob = (repo: Repo, text: string) => {
  writeFileSync(join(repo.path, ".git", "blob"), text)
  return repo.git("hash-object", "-w", join(repo.path, ".git", "blob"))
}
const lockOf = (id: number) => `refs/osier/locks/task/${id}`
const statuses = async (stage: Stage) => (await stage.act(listTasks())).map(({ id, status }) => `${id} ${status}`)
const withTasks = async (...titles: readonly string[]) => {
  const stage = makeStage(yaml, check)
  for (const title of titles) expect((await osier(stage.repo.path, "add", title)).code).toBe(0)
  return stage
}

const whole = printLock({
  state: "held",
  owner: { host: "ash", boot: "b", pid: 1, started: "1", run: "r1", email: "dev@example.com" },
  acquired: "2026-01-01T00:00:00Z",
  expires: 0,
  leaseMs: 60_000,
  fence: 3,
  nonce: "n",
})

describe.each([
  ["truncated", whole.slice(0, 40)],
  ["empty", ""],
  ["no JSON", "held by me\n"],
  ["JSON of something else", "{}\n"],
])("a lock that is %s", (kind, text) => {
  const tried = kind === "empty" ? test : deeply
  tried("keeps back its own task alone; doctor names it, and the way out that it tells works", { timeout: 120_000 }, async () => {
    const stage = await withTasks("a", "b")
    const torn = blob(stage.repo, text)
    stage.repo.git("update-ref", lockOf(1), torn)
    expect(await stage.act(isFree("task", "1"))).toBe(false)
    await expect(stage.act(takeLock("task", "1"))).rejects.toMatchObject({ _tag: "LockBroken", exit: 3, ref: lockOf(1) })
    const report = await runReady(stage)
    expect(await statuses(stage)).toEqual(["1 pending", "2 merged"])
    expect(report.waiting).toMatchObject([{ id: 1, reason: `${lockOf(1)} does not hold a lock record` }])
    expect(report.exit).not.toBe(0)
    // Nobody took it, so that nothing of whoever held it is lost.
    expect(stage.repo.git("rev-parse", lockOf(1))).toBe(torn)
    const found = (await stage.act(checkLocks({ remote: "none", namespace: "refs/osier/" }))).find(({ state }) => state === "bad")
    expect(found).toMatchObject({
      found: expect.stringContaining(lockOf(1)),
      hint: expect.stringContaining(`git update-ref -d ${lockOf(1)}`),
    })
    stage.repo.git("update-ref", "-d", lockOf(1))
    expect((await runReady(stage)).exit).toBe(0)
    expect(await statuses(stage)).toEqual(["1 merged", "2 merged"])
    expect(trees(stage.repo.path)).toEqual([])
  })
})

test("a broken lock hides its task neither from show nor from clean", async () => {
  const stage = await withTasks("a", "b")
  stage.repo.git("worktree", "add", "-q", "--lock", "--reason", "osier: a-1", "-b", "task/a-1", `${stage.repo.path}.osier/a-1`)
  stage.repo.git("update-ref", lockOf(1), blob(stage.repo, whole.slice(0, 40)))
  const shown = await osier(stage.repo.path, "show", "1", "--json")
  expect(shown.code).toBe(0)
  expect(JSON.parse(shown.out)).toMatchObject({ task: { id: 1 }, lock: null })
  expect(shown.err).toContain("does not hold a lock record")
  const cleaned = await osier(stage.repo.path, "clean", "--json")
  expect(cleaned.code).toBe(0)
  expect(JSON.parse(cleaned.out)).toMatchObject({ left: [{ task: 1, why: expect.stringContaining("osier doctor") }] })
})

test("a broken lock of a task that is under way hides no other from ls", async () => {
  const stage = await withTasks("a", "b")
  const { task } = await stage.act(readTask(1))
  const running = stage.repo.git("show", "refs/osier/tasks/1:task.md").replace("status: pending", "status: running")
  rewrite(stage.repo, 1, `${running}\n`, stage.repo.git("log", "-1", "--format=%B", "refs/osier/tasks/1").replace(/pending/g, "running"))
  expect((await stage.act(readTask(1))).task.status).not.toBe(task.status)
  stage.repo.git("update-ref", lockOf(1), blob(stage.repo, whole.slice(0, 40)))
  const listed = await osier(stage.repo.path, "ls", "--json")
  expect([listed.code, listed.err]).toEqual([0, ""])
  expect(JSON.parse(listed.out)).toMatchObject({ tasks: [{ id: 1 }, { id: 2 }] })
})

/** A new version of a task's record, as somebody would write it by hand. */
const rewrite = (repo: Repo, id: number, text: string, message: string) => {
  const tree = repo.git("ls-tree", `refs/osier/tasks/${id}`).replace(/blob [0-9a-f]+\ttask\.md/, `blob ${blob(repo, text)}\ttask.md`)
  writeFileSync(join(repo.path, ".git", "rows"), `${tree}\n`)
  const made = repo.git("-c", "alias.mk=!git mktree < .git/rows", "mk")
  const commit = repo.git("commit-tree", made, "-p", `refs/osier/tasks/${id}`, "-m", message)
  repo.git("update-ref", `refs/osier/tasks/${id}`, commit)
}

describe.each([
  ["under osier's own message", (repo: Repo) => repo.git("log", "-1", "--format=%B", "refs/osier/tasks/2")],
  ["under a message of one's own", () => "fix typo"],
])("a task edited to nonsense %s", (whose, message) => {
  const tried = whose.includes("osier") ? deeply : test
  tried("keeps back nobody else, and show tells where and the way back", { timeout: 120_000 }, async () => {
    const stage = await withTasks("a", "b", "c")
    const { repo } = stage
    const before = repo.git("rev-parse", "refs/osier/tasks/2")
    const text = repo.git("show", "refs/osier/tasks/2:task.md").replace("status: pending", "status: almost")
    rewrite(repo, 2, `${text}\n`, message(repo))
    const line = text.split("\n").indexOf("status: almost") + 1

    const shown = await osier(repo.path, "show", "2")
    expect(shown.code).toBe(2)
    expect(shown.err).toContain(`refs/osier/tasks/2:task.md:${line}`)
    expect(shown.err).toContain("`osier doctor` tells how")
    const examined = await osier(repo.path, "doctor", "--json")
    expect(examined.code).toBe(3)
    expect(JSON.parse(examined.out).checks).toContainEqual(
      expect.objectContaining({
        name: "tasks",
        hint: expect.stringMatching(/: git update-ref refs\/osier\/tasks\/2 refs\/osier\/tasks\/2~$/),
      }),
    )
    const listed = await osier(repo.path, "ls")
    expect(listed.code).toBe(0)
    for (const id of ["#1", "#2", "#3"]) expect(listed.out).toContain(id)

    const report = await runReady(stage)
    expect(report.landed.map(({ id }) => id)).toEqual([1, 3])
    expect(stage.events()).toContainEqual(expect.objectContaining({ type: "Warned", task: 2, message: expect.stringContaining("task.md") }))
    await expect(stage.act(chosen({ ids: [2] }))).rejects.toMatchObject({ _tag: "TaskFileBroken", exit: 2 })

    repo.git("update-ref", "refs/osier/tasks/2", "refs/osier/tasks/2~")
    expect(repo.git("rev-parse", "refs/osier/tasks/2")).toBe(before)
    expect((await runReady(stage)).landed.map(({ id }) => id)).toEqual([2])
  })
})

test("a task that was edited well, under a message of one's own, is a task as any other", async () => {
  const stage = await withTasks("a")
  const text = stage.repo.git("show", "refs/osier/tasks/1:task.md").replace("title: a", "title: A better title")
  rewrite(stage.repo, 1, `${text}\n`, "better title")
  const { tasks, broken } = await stage.act(surveyTasks())
  expect([tasks.map(({ title }) => title), broken]).toEqual([["A better title"], []])
})

test("a detached HEAD: a run needs its target named, and says so before anything is made", { timeout: 120_000 }, async () => {
  const { repo } = makeStage(scribe, check)
  repo.git("checkout", "-q", "--detach")
  const refused = await osier(repo.path, "run", "a")
  expect(refused.code).toBe(2)
  expect(refused.err).toContain("--target main")
  expect(repo.git("for-each-ref", "refs/osier/")).toBe("")
  const done = await osier(repo.path, "run", "a", "--target", "main")
  expect(done.code, done.err).toBe(0)
  expect(repo.git("ls-tree", "--name-only", "main", "notes/")).toBe("notes/a.md")
})

deeply("two worktrees of one clone share tasks and locks, and two runs at once do each task once", { timeout: 120_000 }, async () => {
  const stage = await withTasks("a", "b", "c")
  const { repo } = stage
  const other = `${repo.path}-second`
  repo.git("worktree", "add", "-q", "-b", "side", other)
  const ended = await Promise.all([osier(repo.path, "run"), osier(other, "run")])
  expect(ended.map(({ code, err }) => [code, err])).toEqual([
    [0, ""],
    [0, ""],
  ])
  expect(await statuses(stage)).toEqual(["1 merged", "2 merged", "3 merged"])
  expect(repo.git("rev-list", "--count", "--first-parent", "main")).toBe("4")
  expect(repo.git("-C", other, "status", "--porcelain")).toBe("")
})
