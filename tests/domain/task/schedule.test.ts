import { describe, expect, it } from "vitest"
import { next, type Schedulable } from "../../../core/domain/task/schedule.ts"

const task = (id: number, more: Partial<Schedulable> = {}): Schedulable => ({
  id,
  status: "pending",
  needs: [],
  priority: "normal",
  scope: [],
  ...more,
})
const ask = (tasks: readonly Schedulable[], more: { running?: number[]; slots?: number; overlap?: "sequence" | "allow" } = {}) =>
  next({ tasks, running: [], slots: 9, overlap: "sequence", ...more })

describe("the schedule", () => {
  it("has no phases: what is ready starts, whatever else of its generation still runs", () => {
    const demo = [
      task(1, { status: "merged" }),
      task(2, { status: "merged", needs: [1] }),
      task(3, { needs: [2] }),
      task(4, { needs: [2] }),
      task(5, { needs: [1], status: "running" }),
      task(6, { needs: [3, 4, 5] }),
    ]
    const said = ask(demo, { running: [5] })
    expect(said.start).toEqual([3, 4])
    expect(said.waiting).toEqual([{ id: 6, why: "need", by: [3, 4, 5], reason: "needs 3, 4, 5 merged" }])
  })

  it("names the cycle that edits of two machines made together, to all that wait for it", () => {
    const said = ask([task(1, { needs: [2] }), task(2, { needs: [1] }), task(3, { needs: [2] }), task(4)])
    const reason = "waits for a cycle of needs: 1 → 2 → 1"
    expect(said.start).toEqual([4])
    expect(said.waiting).toMatchObject([1, 2, 3].map((id) => ({ id, why: "cycle", reason })))
    // What is over needs nothing any more.
    expect(ask([task(1, { needs: [2] }), task(2, { needs: [1], status: "merged" })]).start).toEqual([1])
  })

  it.each([
    ["age", [task(2), task(1)], [1, 2]],
    [
      "priority first",
      [task(1), task(2, { priority: "high" }), task(3, { priority: "low" }), task(4, { priority: "urgent" })],
      [4, 2, 1, 3],
    ],
    ["then the longest chain", [task(1), task(2), task(3, { needs: [2] })], [2, 1]],
    [
      "urgency is inherited by needs",
      [task(1, { priority: "high" }), task(2, { priority: "low" }), task(3, { needs: [2], priority: "urgent" })],
      [2, 1],
    ],
    ["a need that is completed but not merged does not count", [task(1, { status: "completed" }), task(2, { needs: [1] })], []],
  ])("%s", (_, tasks, expected) => expect(ask(tasks).start).toEqual(expected))

  it("fills the free slots only", () => {
    const said = ask([task(1), task(2), task(3)], { slots: 2 })
    expect(said.start).toEqual([1, 2])
    expect(said.waiting).toEqual([{ id: 3, why: "slot", by: [], reason: "waits for a free slot" }])
  })

  it("names the failed one, however far below, and lets others go on", () => {
    const said = ask([
      task(4, { status: "failed" }),
      task(5, { needs: [4] }),
      task(6, { needs: [5] }),
      task(7),
      task(8, { needs: [99] }),
      task(9, { status: "discarded" }),
      task(10, { needs: [9] }),
    ])
    expect(said.start).toEqual([7])
    expect(said.waiting.map(({ id, why, reason }) => [id, why, reason])).toEqual([
      [5, "failed", "blocked by 4: failed"],
      [6, "failed", "blocked by 4: failed"],
      [8, "missing", "needs 99, which does not exist"],
      [10, "failed", "blocked by 9: discarded"],
    ])
    expect(ask([task(4, { status: "failed" }), task(5, { needs: [4] })], { running: [4] }).waiting[0]?.why).toBe("need")
  })

  it("sequences overlapping scopes, unless that is allowed", () => {
    const tasks = [
      task(1, { status: "running", scope: ["src/**"] }),
      task(2, { scope: ["src/a.ts"] }),
      task(3, { scope: ["docs/**"] }),
      task(4, { scope: ["docs/**"] }),
    ]
    const said = ask(tasks, { running: [1] })
    expect(said.start).toEqual([3])
    expect(said.waiting.map(({ id, by, reason }) => [id, by, reason])).toEqual([
      [2, [1], "waits for 1: scopes overlap (src/a.ts and src/**)"],
      [4, [3], "waits for 3: scopes overlap (docs/**)"],
    ])
    expect(ask(tasks, { running: [1], overlap: "allow" }).start).toEqual([2, 3, 4])
  })

  it("sequences those that want the same branch, whatever is allowed", () => {
    const tasks = [task(1, { branch: "feature" }), task(2, { branch: "feature" }), task(3, { branch: "other" }), task(4), task(5)]
    const said = ask(tasks, { overlap: "allow" })
    expect(said.start).toEqual([1, 3, 4, 5])
    expect(said.waiting).toEqual([{ id: 2, why: "overlap", by: [1], reason: "waits for 1: both want branch feature" }])
  })

  it("starts no plan and no exploration, and a failed child blocks those who wait for its plan", () => {
    const plan = task(2, { kind: "plan", children: [3, 4, 5] })
    const after = task(6, { needs: [2] })
    const question = task(7, { kind: "explore" })
    const open = ask([plan, task(3, { status: "discarded" }), task(4), task(5, { needs: [4] }), after, question])
    expect(open.start).toEqual([4])
    expect(open.waiting.map(({ id, reason }) => [id, reason])).toEqual([
      [5, "needs 4 merged"],
      [6, "needs 2 merged"],
    ])
    const failed = ask([plan, task(3, { status: "discarded" }), task(4, { status: "failed" }), task(5), after])
    expect(failed.waiting).toMatchObject([{ id: 6, why: "failed", by: [4], reason: "blocked by 4: failed" }])
  })
})
