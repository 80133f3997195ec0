import { expect, test } from "vitest"
import type { EventBody } from "../../../core/domain/event/event.ts"
import { emptyRun, seen } from "../../../core/domain/event/runView.ts"
import { standingLines } from "../../../core/domain/event/standing.ts"

const at = (minute: number) => Date.UTC(2026, 10, 30, 10, minute)
const events: readonly (readonly [number, EventBody])[] = [
  [0, { type: "RunStarted", target: "main", base: "b", tasks: [1, 2, 3], concurrency: 2, pid: 7, host: "h", gates: ["test"] }],
  [1, { type: "TreeMade", task: 2, tree: "t", branch: "x", base: "b", ms: 1 }],
  [2, { type: "GateStarted", task: 1, gate: "test", tree: "t" }],
  [3, { type: "TaskFailed", task: 3, class: "work", reason: "red" }],
]
const view = events
  .map(([minute, body]) => ({ seq: 1, at: new Date(at(minute)).toISOString(), run: "r1", ...body }))
  .reduce(seen, emptyRun())

test("each task is told with its stage and since when, each process with its age, each lock with its holder", () => {
  const lines = standingLines({
    run: "r1",
    pid: 7,
    view,
    now: at(12),
    children: [
      { pid: 71, command: "git -c gc.auto=0 -c core.abbrev=auto rev-parse HEAD", ms: 10 * 60_000 },
      { pid: 72, command: "git update-ref --stdin", ms: 11 * 60_000 },
      { pid: 73, command: "claude -p", ms: 9 * 60_000 },
    ],
    locks: [
      { name: "task/1", own: true, holder: "run r1", silentMs: 5_000 },
      { name: "task/2", own: false, holder: "run r9", silentMs: 61_000 },
      { name: "target/main", own: false, holder: "run r9", silentMs: 61_000 },
      { name: "task/8", own: false, holder: "run r9", silentMs: 1 },
    ],
  })
  expect(lines.map(({ name, found, late }) => `${name}: ${found}${late ? " !" : ""}`)).toEqual([
    "run r1: process 7 for 12m 00s, onto main, 1 of 2 slots taken, 1 over",
    "task 1: judging for 10m 00s: gate test",
    "task 2: setting up for 11m 00s: tree made in 0.0 s; its lock is held by run r9, last sign of life 1m 01s ago",
    "process 71: git rev-parse HEAD for 10m 00s !",
    "process 72: git update-ref --stdin, there for 11m 00s",
    "process 73: claude -p for 9m 00s",
    "lock task/1: held by this run, last sign of life 5s ago",
    "lock target/main: held by run r9, last sign of life 1m 01s ago",
  ])
})

test("of a run that has given no sign of life for long that is told", () => {
  const lock = { name: "task/1", own: true, holder: "run r1", silentMs: 90_000 }
  const lines = standingLines({ run: "r1", pid: 7, view, now: at(12), children: undefined, locks: [lock] })
  expect(lines.filter(({ late }) => late).map(({ name }) => name)).toEqual(["lock task/1"])
})
