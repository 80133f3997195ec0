import { describe, expect, test } from "vitest"
import { mergeTasks } from "../../../core/domain/task/mergeTasks.ts"
import { isOver, mayBecome, Status, type Task } from "../../../core/domain/task/task.ts"
import { budgetMs, manySeeds } from "../../support/dice.ts"

const plain: Task = {
  id: 7,
  title: "Add a login page",
  status: "pending",
  priority: "normal",
  labels: ["web", "auth"],
  needs: [1, 2],
  scope: [],
  acceptance: [],
  created: "2026-11-20T10:00:00.000Z",
  updated: "2026-11-20T10:00:00.000Z",
  attempts: [],
  extra: { "x-board": 3 },
  prompt: "Do it.",
}
type Change = Partial<Task>
const merge = (ours: Change, theirs: Change, base: Change = {}) =>
  mergeTasks({ base: { ...plain, ...base }, ours: { ...plain, ...base, ...ours }, theirs: { ...plain, ...base, ...theirs } })

describe("two histories of a task", () => {
  test("different fields, unknown keys and the prompt included, merge without a conflict", () => {
    const merged = merge(
      { priority: "high", agent: "scribe", extra: { "x-board": 4 }, updated: "2026-11-20T11:00:00.000Z" },
      { title: "Add a page", prompt: "Do it well.", extra: { "x-board": 3, "x-new": true }, updated: "2026-11-20T12:00:00.000Z" },
    )
    expect(merged.conflicts).toEqual([])
    expect(merged.task).toEqual({
      ...plain,
      priority: "high",
      agent: "scribe",
      title: "Add a page",
      prompt: "Do it well.",
      extra: { "x-board": 4, "x-new": true },
      updated: "2026-11-20T12:00:00.000Z",
    })
  })

  test("in the same field the higher fence wins, else theirs, and the loser's value is told", () => {
    expect(merge({ priority: "high" }, { priority: "low" })).toMatchObject({
      task: { priority: "low" },
      conflicts: [{ field: "priority", kept: "low", lost: "high", loser: "ours" }],
    })
    expect(merge({ priority: "high", fence: 4 }, { priority: "low", fence: 3 })).toMatchObject({
      task: { priority: "high", fence: 4 },
      conflicts: [{ field: "priority", kept: "high", lost: "low", loser: "theirs" }],
    })
  })

  test("a field taken away is a change like any other", () => {
    const base = { ...plain, agent: "a" }
    expect(mergeTasks({ base, ours: plain, theirs: { ...base, title: "B" } }).task).toEqual({ ...plain, title: "B" })
    const both = mergeTasks({ base, ours: plain, theirs: { ...base, agent: "b" } })
    expect(both).toMatchObject({ task: { agent: "b" }, conflicts: [{ field: "agent", kept: "b" }] })
    expect(merge({ extra: {} }, { title: "B" }).task.extra).toEqual({})
  })

  test("lists merge as sets while both only add and take away", () => {
    const merged = merge({ needs: [1, 2, 5], labels: ["auth"] }, { needs: [2, 4], labels: ["web", "auth", "ui"] })
    expect(merged).toMatchObject({ task: { needs: [2, 4, 5], labels: ["auth", "ui"] }, conflicts: [] })
    const moved = merge({ labels: ["auth", "web"] }, { labels: ["web", "auth", "ui"] })
    expect(moved).toMatchObject({ task: { labels: ["web", "auth", "ui"] }, conflicts: [{ field: "labels", lost: ["auth", "web"] }] })
  })

  test("attempts are told apart by their number", () => {
    const one = (n: number, agent = "a") => ({ n, agent, outcome: "work" as const })
    expect(merge({ attempts: [one(1), one(2)] }, { attempts: [one(1)] }).task.attempts).toEqual([one(1), one(2)])
    const both = merge({ attempts: [one(1), one(2)] }, { attempts: [one(1), one(2, "b"), one(3)] })
    expect(both.task.attempts).toEqual([one(1), one(2, "b"), one(3)])
    expect(both.conflicts).toMatchObject([{ field: "attempts[2]", loser: "ours" }])
  })
})

describe("states", () => {
  test("the fence decides, and what belongs to the state comes along whole", () => {
    const merged = merge({ status: "failed", reason: "red", fence: 2 }, { status: "completed", tip: "abc", branch: "task/x-7", fence: 3 })
    expect(merged.task).toMatchObject({ status: "completed", tip: "abc", branch: "task/x-7" })
    expect(merged.task).not.toHaveProperty("reason")
    expect(merged.conflicts.map(({ field, lost }) => [field, lost])).toEqual([
      ["status", "failed"],
      ["reason", "red"],
    ])
    const other = merge({ status: "failed", reason: "red", fence: 3 }, { status: "completed", tip: "abc", fence: 2 })
    expect(other.task).toMatchObject({ status: "failed", reason: "red", fence: 3 })
    expect(other.task).not.toHaveProperty("tip")
  })

  test("without fences the one further along wins", () => {
    expect(merge({ status: "completed" }, { status: "running" }).task.status).toBe("completed")
    expect(merge({ status: "running" }, { status: "completed" }).task.status).toBe("completed")
  })

  test("what landed has landed, and what is over in the shared record stays over", () => {
    expect(merge({ status: "merged", landed: "a" }, { status: "running", fence: 9 }, { status: "completed" }).task).toMatchObject({
      status: "merged",
      landed: "a",
      fence: 9,
    })
    expect(merge({ status: "running", fence: 9 }, { status: "discarded" }).task.status).toBe("discarded")
  })
})

/** Whether the drawn edges lead from one state to the other, by however many steps. */
const leads = (from: Status, to: Status, seen: readonly Status[] = []): boolean =>
  from === to || Status.literals.some((next) => mayBecome(from, next) && !seen.includes(next) && leads(next, to, [...seen, from]))

const random = (roll: () => number) => {
  const pick = <A>(list: readonly [A, ...A[]]): A => list[Math.floor(roll() * list.length)] ?? list[0]
  const some = <A>(list: readonly A[]): A[] => list.filter(() => roll() < 0.5)
  const changed = (task: Task): Task => {
    const to = Status.literals.filter((next) => mayBecome(task.status, next))
    const { agent: _, ...rest } = task
    const lists = {
      needs: some([1, 2, 3, 4]),
      labels: some(["web", "auth", "ui"]),
      scope: some(["a/**", "b"]),
      acceptance: some(["x", "y"]),
    }
    const stamp = { updated: `2026-11-20T1${Math.floor(roll() * 9)}:00:00.000Z` }
    const one = pick<Partial<Task>>([
      { title: pick(["a", "b", "c"]) },
      { priority: pick(["low", "high", "urgent"]) },
      { prompt: pick(["p", "q"]) },
      { needs: lists.needs },
      { labels: lists.labels },
      { scope: lists.scope, acceptance: lists.acceptance },
      { fence: (task.fence ?? 0) + 1 },
      { extra: { ...task.extra, [pick(["x", "y", "__proto__"])]: pick<unknown>([1, null, [2], { z: 3 }]) } },
      { attempts: [...task.attempts, { n: task.attempts.length + 1, agent: pick(["a", "b"]), outcome: "work" }] },
      ...(to.length === 0 ? [] : [{ status: pick([task.status, ...to]), reason: pick(["r", "s"]) }]),
    ])
    return { ...(roll() < 0.1 ? rest : { ...task, agent: pick(["a", "b"]) }), ...stamp, ...one }
  }
  const after = (task: Task): Task => (roll() < 0.3 ? task : after(changed(task)))
  const base = after(plain)
  return { base, ours: after(base), theirs: after(base) }
}

test(
  "whatever both did: symmetric where no conflict is told, idempotent, one-sided changes come whole",
  { timeout: budgetMs / 10 + 30_000 },
  async () => {
    let free = 0
    await manySeeds((roll) => {
      for (let round = 0; round < 50; round++) {
        const { base, ours, theirs } = random(roll)
        const merged = mergeTasks({ base, ours, theirs })
        const turned = mergeTasks({ base, ours: theirs, theirs: ours })
        expect(turned.conflicts.length === 0).toBe(merged.conflicts.length === 0)
        if (merged.conflicts.length === 0) {
          free += 1
          expect(turned.task).toEqual(merged.task)
        }
        const newest = { updated: base.updated > ours.updated ? base.updated : ours.updated }
        expect(mergeTasks({ base, ours, theirs: base })).toEqual({ task: { ...ours, ...newest }, conflicts: [] })
        expect(mergeTasks({ base, ours: base, theirs: ours })).toEqual({ task: { ...ours, ...newest }, conflicts: [] })
        expect(mergeTasks({ base, ours, theirs: ours })).toEqual({ task: ours, conflicts: [] })
        // Once more changes nothing: the shared side has it all already.
        expect(mergeTasks({ base: theirs, ours: merged.task, theirs }).task).toEqual(merged.task)
        expect(mergeTasks({ base: ours, ours, theirs: merged.task }).task).toEqual(merged.task)
        expect(merged.task.fence ?? 0).toBe(Math.max(ours.fence ?? 0, theirs.fence ?? 0))
        if (merged.task.status !== "merged") expect(leads(theirs.status, merged.task.status)).toBe(true)
        if (isOver(theirs.status) && ours.status !== "merged") expect(merged.task.status).toBe(theirs.status)
        for (const { kept, lost } of merged.conflicts) expect(kept).not.toEqual(lost)
      }
    }, budgetMs / 10)
    expect(free).toBeGreaterThan(0)
  },
)
