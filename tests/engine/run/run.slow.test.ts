import * as Effect from "effect/Effect"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parsePlan } from "../../../core/domain/plan/plan.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { retryTasks } from "../../../core/engine/run/again.ts"
import { claimTask } from "../../../core/engine/handwork/claimTask.ts"
import { giveAgent } from "../../../core/engine/run/giveAgent.ts"
import { releaseTask } from "../../../core/engine/handwork/releaseTask.ts"
import { changeTask, readTask } from "../../../core/steps/task/record.ts"
import { makeStage } from "../../support/engine.ts"
import { check, scribe, trees } from "../../support/scribe.ts"
import { deeply } from "../../support/deeply.ts"

test("three tasks run side by side, land, and leave nothing behind", { timeout: 120_000 }, async () => {
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

test("a failure blocks its dependents alone, and its work comes back byte for byte", { timeout: 120_000 }, async () => {
  const yaml = `
agents:
  scribe: { adapter: shell, command: ["sh", "-c", "mkdir -p notes && cat > notes/$OSIER_SLUG.md"] }
  wrecker: { adapter: shell, command: ["sh", "-c", "echo one > done.txt && git add done.txt && git commit -qm wip && echo two > dirty.txt && printf 'a\\\\000b' > ignored.bin && echo x > loose.txt && exit 3"] }
agent: scribe
gates:
  test: { run: ["sh", "check.sh"] }
limits: { retries: 0 }
`
  const plan = `
tasks:
  - { id: bad, title: bad, agent: wrecker }
  - { id: after, title: after, needs: [bad] }
  - { id: other, title: other }
`
  const { repo, run } = makeStage(yaml, { ...check, ".gitignore": "*.bin\n" })
  const report = await run({ plan })
  expect(report.landed.map((one) => one.title)).toEqual(["other"])
  expect(report.failed.map((one) => one.title)).toEqual(["bad"])
  expect(report.blocked.map((one) => [one.title, one.by])).toEqual([["after", [report.failed[0]?.id]]])
  expect(report.exit).toBe(1)
  const keep = report.failed[0]?.keep ?? ""
  expect(keep).toMatch(/^refs\/osier\/keep\//)
  expect(repo.git("show", `${keep}:dirty.txt`)).toBe("two")
  expect(repo.git("show", `${keep}:loose.txt`)).toBe("x")
  expect(repo.git("show", `${keep}:ignored.bin`)).toBe("a\0b")
  expect(repo.git("show", `${keep}:done.txt`)).toBe("one")
  expect(repo.git("branch", "--format=%(refname:short)")).toBe("main")
  expect(trees(repo.path)).toEqual([])
})

test(
  "two tasks that fail only together: one lands, the other goes back, the partner is named, main stays green",
  { timeout: 120_000 },
  async () => {
    const yaml = `
agents:
  left: { adapter: shell, command: ["sh", "-c", "sleep 1; echo 1 > left.txt"] }
  right: { adapter: shell, command: ["sh", "-c", "sleep 1; echo 1 > right.txt"] }
gates:
  test: { run: ["sh", "check.sh"] }
limits: { retries: 0 }
`
    const { repo, run, events } = makeStage(yaml, { "check.sh": "! { test -e left.txt && test -e right.txt; }\n" })
    const report = await run(["one:left", "two:right"])
    expect(report.landed).toHaveLength(1)
    expect(report.failed).toHaveLength(1)
    const ejected = events().find((event) => event.type === "Ejected")
    expect(ejected).toMatchObject({ task: report.failed[0]?.id, with: [report.landed[0]?.id] })
    repo.git("checkout", "-q", "--detach", "main")
    expect(repo.git("ls-files", "left.txt", "right.txt").split("\n")).toHaveLength(1)
  },
)

test("work that changes its own gate is held, and an ungated run lands nothing by itself", { timeout: 120_000 }, async () => {
  const cheat = `
agents:
  cheat: { adapter: shell, command: ["sh", "-c", "echo true > check.sh; echo 1 > broken"] }
  sly: { adapter: shell, command: ["sh", "-c", "echo '# more' >> check.sh"] }
gates:
  test: { run: ["sh", "check.sh"] }
limits: { retries: 0 }
`
  const held = makeStage(cheat, check)
  const before = held.repo.git("rev-parse", "main")
  const report = await held.run(["weaken:cheat", "touch:sly"])
  expect(report.failed.map((one) => one.title)).toEqual(["weaken"])
  expect(report.waiting.map((one) => one.title)).toEqual(["touch"])
  expect(report.waiting[0]?.reason).toContain("check.sh")
  expect(held.repo.git("rev-parse", "main")).toBe(before)

  const ungated = makeStage(`agents: { scribe: { adapter: shell, command: ["sh", "-c", "echo 1 > a.txt"] } }\n`)
  const plain = await ungated.run(["a"])
  expect(plain.landed).toEqual([])
  expect(plain.waiting[0]?.reason).toMatch(/ungated/)
  expect(plain.exit).toBe(5)
  expect((await ungated.run(["a"], { allowUngated: true })).landed).toHaveLength(1)
})

deeply(
  "a record says whose task it is and how long each attempt took; what strays from its scope is told",
  { timeout: 120_000 },
  async () => {
    const yaml = `
agents:
  scribe: { adapter: shell, command: ["sh", "-c", "mkdir -p notes && cat > notes/$OSIER_SLUG.md"] }
  none: { adapter: shell, command: ["sh", "-c", "exit 3"] }
agent: scribe
gates:
  test: { run: ["sh", "check.sh"] }
limits: { retries: 0 }
email: team@example.com
`
    const plan = `
tasks:
  - { id: mine, title: mine, scope: ["notes/**"] }
  - { id: theirs, title: theirs, scope: ["docs/**"] }
  - { id: fails, title: fails, agent: none }
`
    const { act, events, run } = makeStage(yaml, check)
    const { tasks: declared } = parsePlan([{ path: "plan.yaml", text: plan }], { agents: ["scribe", "none"], adapters: [], gates: [] })
    const assigned = changeTask(2, (task) => ({ ...task, assigned_to: "ann@example.com" }))
    await act(Effect.andThen(addTasks(declared, { again: "new" }), assigned))
    await run({ plan })
    const tasks = await act(Effect.forEach([1, 2, 3], (id) => Effect.map(readTask(id), ({ task }) => task)))
    expect(tasks.map((task) => [task.status, task.assigned_to])).toEqual([
      ["merged", "team@example.com"],
      ["merged", "ann@example.com"],
      ["failed", "team@example.com"],
    ])
    for (const { attempts } of tasks) expect(attempts).toMatchObject([{ n: 1, ms: expect.any(Number) }])
    expect(events().flatMap((event) => (event.type === "Warned" ? [event.message] : []))).toEqual([
      "it is assigned to ann@example.com, and you claim it as team@example.com",
      "it changed files outside of its scope (docs/**): notes/theirs.md",
    ])

    const claimed = await act(claimTask(3, { as: "bob@example.com", steal: false, tree: true, allowOverlap: false }))
    expect(claimed).toMatchObject({ task: { assigned_to: "bob@example.com" }, notes: [] })
    await act(releaseTask(3))
    const { task } = await act(readTask(3))
    expect(task).not.toHaveProperty("assigned_to")
  },
)

deeply(
  "a branch that somebody made under a wished-for name is left alone; one that tasks share is worked on in turns",
  { timeout: 120_000 },
  async () => {
    const yaml = `
agents:
  scribe: { adapter: shell, command: ["sh", "-c", "mkdir -p notes && cat > notes/$OSIER_SLUG.md"] }
gates:
  test: { run: ["sh", "check.sh"] }
keep_branch: true
`
    const plan = `
tasks:
  - { title: one, branch: feature, adopt: true }
  - { title: two, branch: feature, adopt: true }
  - { title: three, branch: wish }
  - { title: four, branch: old, fresh: true }
`
    const { act, repo, run } = makeStage(yaml, check)
    repo.git("branch", "feature")
    const mine = repo.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "mine")
    repo.git("branch", "old", mine)
    const { tasks } = parsePlan([{ path: "plan.yaml", text: plan }], { agents: ["scribe"], adapters: [], gates: [] })
    await act(addTasks(tasks, { again: "new" }))
    repo.git("branch", "wish", mine)
    const report = await run({ plan })
    expect(report.landed.map(({ title }) => title)).toEqual(["one", "two", "three", "four"])
    expect(repo.git("rev-parse", "wish")).toBe(mine)
    expect(repo.git("branch", "--list", "--format=%(refname:short)").split("\n")).toEqual(["feature", "main", "old", "wish", "wish-2"])
    expect(repo.git("log", "--format=%s", "old").split("\n")).not.toContain("mine")
    expect(repo.git("rev-parse", "refs/osier/keep/4/fresh^1")).toBe(mine)
    expect(repo.git("log", "--format=%s", "feature").split("\n")).toHaveLength(3)
  },
)

deeply("a failed task is given to another agent, and what nobody has to work on any more keeps its own", { timeout: 120_000 }, async () => {
  const yaml = `
agents:
  scribe: { adapter: shell, command: ["sh", "-c", "mkdir -p notes && cat > notes/$OSIER_SLUG.md"] }
  none: { adapter: shell, command: ["sh", "-c", "exit 3"] }
gates:
  test: { run: ["sh", "check.sh"] }
limits: { retries: 0 }
`
  const { act, run } = makeStage(yaml, check)
  expect((await run(["a:none", "b:scribe"])).failed).toMatchObject([{ id: 1 }])
  expect(await act(Effect.flip(retryTasks([1], "nobody")))).toMatchObject({ _tag: "AgentUnusable" })
  expect(await act(retryTasks([1], "scribe"))).toMatchObject({ exit: 0, landed: [{ id: 1 }] })
  await act(giveAgent([1, 2], "none"))
  const tasks = await act(Effect.forEach([1, 2], (id) => Effect.map(readTask(id), ({ task }) => task)))
  expect(tasks.map(({ agent, attempts }) => [agent, attempts.map((one) => one.agent)])).toEqual([
    ["scribe", ["none", "scribe"]],
    ["scribe", ["scribe"]],
  ])
})
