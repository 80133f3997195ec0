import { describe, expect, test } from "vitest"
import type { Event, EventBody } from "../../../core/domain/event/event.ts"
import { emptyRun, type RunView, seen, titled } from "../../../core/domain/event/runView.ts"
import { setbacksText } from "../../../core/domain/event/setbacks.ts"

const after = (...bodies: readonly EventBody[]): RunView =>
  bodies
    .map((body, index): Event => ({ seq: index + 1, at: new Date(Date.UTC(2026, 10, 20, 10, 0, index)).toISOString(), run: "r1", ...body }))
    .reduce(
      seen,
      titled(emptyRun(), [
        [1, "Login page"],
        [9, "Landed long ago"],
      ]),
    )

const started: EventBody = {
  type: "RunStarted",
  target: "main",
  base: "b",
  tasks: [1, 2],
  concurrency: 3,
  pid: 1,
  host: "h",
  gates: ["test"],
}
const attempt = (n: number): EventBody => ({
  type: "AttemptStarted",
  task: 1,
  attempt: n,
  agent: "scribe",
  adapter: "shell",
  tree: "t",
  branch: "b",
})
const judged = (gate: string, verdict: "pass" | "fail"): EventBody => ({
  type: "GateJudged",
  task: 1,
  tree: "t",
  gate,
  verdict,
  ms: 1,
  cached: false,
  log: "/logs/1",
})

describe("runView", () => {
  test("a task's way from waiting to landed", () => {
    const way: readonly (readonly [EventBody, string, string])[] = [
      [started, "waiting", ""],
      [{ type: "TaskClaimed", task: 1, fence: 1, owner: "dev" }, "preparing", "claimed"],
      [{ type: "TreeMade", task: 1, tree: "t", branch: "b", base: "c", ms: 100 }, "preparing", "tree made in 0.1 s"],
      [{ type: "SetupRan", task: 1, command: ["npm", "ci"], code: 0, ms: 100 }, "preparing", "set up: npm ci"],
      [attempt(1), "working", "started"],
      [{ type: "AgentSaid", task: 1, attempt: 1, text: "one\ntwo" }, "working", "one two"],
      [{ type: "GateStarted", task: 1, gate: "test", tree: "t" }, "judging", "gate test"],
      [judged("test", "pass"), "judging", "gate test: pass"],
      [{ type: "TaskCompleted", task: 1, commit: "c", gated: true }, "landing", "completed"],
      [{ type: "GateStarted", task: 1, gate: "test", tree: "u" }, "landing", "gate test"],
      [
        { type: "Landed", tasks: [1], commit: "0123456789abc", target: "main", previous: "b", mode: "squash" },
        "merged",
        "landed at 0123456789",
      ],
    ]
    const said = way.map((_, index) => after(...way.slice(0, index + 1).map(([body]) => body)).tasks.get(1))
    expect(said.map((task) => [task?.phase, task?.words])).toEqual(way.map(([, phase, words]) => [phase, words]))
    expect(said.at(-1)).toMatchObject({ title: "Login page", agent: "scribe", commit: "0123456789abc" })
  })

  test("verdicts are those of the attempt at hand, and ungated is remembered", () => {
    expect([...(after(started, attempt(1), judged("test", "fail"), attempt(2)).tasks.get(1)?.verdicts ?? [1])]).toEqual([])
    const view = after(started, attempt(1), judged("test", "fail"))
    expect([...(view.tasks.get(1)?.verdicts ?? [])]).toEqual([["test", "fail"]])
    expect(view.tasks.get(1)?.log).toBe("/logs/1")
    expect(after(attempt(1), { type: "TaskCompleted", task: 1, commit: "c", gated: false }).tasks.get(1)?.ungated).toBe(true)
  })

  test("the clock of a phase starts when the phase does, not with every word", () => {
    const view = after(
      started,
      attempt(1),
      { type: "AgentSaid", task: 1, attempt: 1, text: "a" },
      { type: "AgentSaid", task: 1, attempt: 1, text: "b" },
    )
    expect(view.tasks.get(1)?.since).toBe("2026-11-20T10:00:01.000Z")
  })

  test("what a task was thrown back by is counted, a conflict not twice", () => {
    const failed: EventBody = { type: "AttemptFailed", task: 1, attempt: 1, class: "work", reason: "no" }
    const conflict: EventBody = { type: "Conflicted", task: 1, with: [2], files: ["a"] }
    const out: EventBody = { type: "Ejected", task: 1, with: [2], reason: "no" }
    const text = (...bodies: readonly EventBody[]) => setbacksText(after(started, ...bodies).tasks.get(1)?.setbacks ?? none)
    const none = { attempts: 0, conflicts: 0, ejected: 0 }
    expect(text(attempt(1))).toBe("")
    expect(text(failed, failed, conflict, out, out)).toBe("2 failed attempts, 1 conflict, once red together with others")
  })

  test("a judgement of a combination belongs to no task", () => {
    const view = after(started, { type: "GateJudged", tree: "t", gate: "test", verdict: "fail", ms: 1, cached: false })
    expect(view.tasks.get(1)?.verdicts.size).toBe(0)
  })

  test("where work is kept, why, and that the run drains", () => {
    const view = after(
      started,
      { type: "Kept", task: 1, attempt: 1, ref: "refs/osier/keep/1/1", commit: "c", reason: "failed", files: 2, left: [] },
      { type: "TaskFailed", task: 1, class: "work", reason: "the tests fail" },
      { type: "TaskBlocked", task: 2, by: [1], reason: "blocked by 1: failed" },
      { type: "RunDraining", reason: "Ctrl-C" },
      { type: "Warned", message: "odd", hint: "look" },
    )
    expect(view.tasks.get(1)).toMatchObject({ phase: "failed", keep: "refs/osier/keep/1/1", words: "the tests fail" })
    expect(view.tasks.get(2)).toMatchObject({ phase: "blocked", words: "blocked by 1: failed", title: "task 2" })
    expect(view).toMatchObject({ draining: "Ctrl-C", warnings: ["odd (look)"], target: "main", gates: ["test"] })
  })
})
