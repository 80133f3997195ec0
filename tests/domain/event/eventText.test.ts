import { describe, expect, test } from "vitest"
import type { Event, EventBody } from "../../../core/domain/event/event.ts"
import { eventText, toneOf } from "../../../core/domain/event/eventText.ts"

const at = "2026-11-20T10:00:00.000Z"
const event = (body: EventBody): Event => ({ seq: 1, at, run: "r1", ...body })

describe("eventText", () => {
  const told: readonly (readonly [EventBody, string])[] = [
    [
      { type: "GateJudged", task: 3, tree: "a".repeat(40), gate: "test", verdict: "fail", ms: 1234, cached: false, reason: "exit 1" },
      "#3 gate test: fail in 1.2 s: exit 1",
    ],
    [{ type: "GateJudged", tree: "a", gate: "test", verdict: "pass", ms: 9, cached: true }, "gate test: pass (judged before)"],
    [{ type: "TaskCompleted", task: 2, commit: "0123456789abcdef", gated: false }, "#2 completed at 0123456789, ungated"],
    [
      { type: "RunStarted", target: "main", base: "0123456789abcdef", tasks: [1, 2], concurrency: 3, pid: 1, host: "h", gates: [] },
      "run started on main at 0123456789: 2 tasks, up to 3 at a time, no gates: ungated",
    ],
    [{ type: "RunEnded", landed: [1, 2], failed: [3], blocked: [], waiting: [], exit: 1 }, "run ended: 2 landed, 1 failed"],
    [
      { type: "Landed", tasks: [1, 2], commit: "0123456789abcdef", target: "main", previous: "x", mode: "squash" },
      "landed #1, #2 on main at 0123456789 (squash)",
    ],
    [{ type: "ProcessesReaped", task: 1, processes: [{ pid: 7, command: "sleep 9" }] }, "#1 ended a process left behind: 7 sleep 9"],
  ]
  test.each(told)("%j", (body, text) => {
    expect(eventText(event(body))).toBe(text)
  })

  test("an agent's words stay one line and can't steer the terminal", () => {
    const text = eventText(event({ type: "AgentSaid", task: 1, attempt: 1, text: "a\u001b[2Jb\r\n\u0007c\u202Ed\u009b31m" }))
    expect(text).toBe("#1 says: ab cd")
  })

  test("long words are cut", () => {
    const text = eventText(event({ type: "AgentSaid", task: 1, attempt: 1, text: "word ".repeat(1000) }))
    expect(text.length).toBeLessThan(310)
    expect(text.endsWith("…")).toBe(true)
  })

  test("what needs a look has a tone", () => {
    expect(toneOf(event({ type: "TaskFailed", task: 1, class: "work", reason: "" }))).toBe("bad")
    expect(toneOf(event({ type: "GateJudged", tree: "a", gate: "t", verdict: "timeout", ms: 1, cached: false }))).toBe("bad")
    expect(toneOf(event({ type: "Landed", tasks: [1], commit: "a", target: "main", previous: "b", mode: "squash" }))).toBe("good")
  })
})
