import { expect, test } from "vitest"
import { closing } from "../../core/cli/closing.ts"
import { noPaint } from "../../core/domain/text/colour.ts"
import type { Event, EventBody } from "../../core/domain/event/event.ts"
import type { Report } from "../../core/domain/task/report.ts"
import { emptyRun, seen } from "../../core/domain/event/runView.ts"

const report: Report = { landed: [], completed: [], failed: [], blocked: [], waiting: [], exit: 0, ms: 1, interrupted: false }

const said = (...bodies: readonly EventBody[]): string => {
  const events = bodies.map((body, at): Event => ({ seq: at + 1, at: "2026-11-20T10:00:00.000Z", run: "r1", ...body }))
  return closing(report, events.reduce(seen, emptyRun()), noPaint)
}

test("what changed outside while many worked is told once, and not all of it when it is much", () => {
  const outside = (task: number, ...what: readonly string[]): EventBody => ({ type: "ChangedOutside", task, attributed: false, what })
  expect(said(outside(1, "checkout a.txt"), outside(2, "checkout a.txt"), outside(2, "checkout a.txt"))).toContain(
    "Note:\n  ! checkout a.txt changed outside of all trees during the work on #1, #2; nothing tells by whom\n",
  )
  const many = said(outside(1, ...Array.from({ length: 8 }, (_, at) => `checkout ${at}.txt`)))
  expect(many.match(/nothing tells by whom/g)).toHaveLength(5)
  expect(many).toContain("and 3 more changed so: osier events")
  expect(said({ type: "ChangedOutside", task: 1, attributed: true, what: ["ref x"] })).not.toContain("Note:")
})

test("under each failed task stand the last telling lines of the gate that failed it, and how to see more", () => {
  const failed: Report["failed"] = [{ id: 3, title: "Mend it", reason: "gate test: fail", hint: "osier show 3", class: "work" }]
  const view = [
    { type: "GateJudged", task: 3, tree: "t", gate: "test", verdict: "fail", ms: 1, cached: false, log: "/l/3.log" } as const,
  ].reduce((before, body) => seen(before, { seq: 1, at: "2026-11-20T10:00:00.000Z", run: "r1", ...body }), emptyRun())
  const words = closing({ ...report, failed }, view, noPaint, new Map([[3, ["expected 2", "got 3"]]]))
  expect(words).toContain(
    "✗ #3   Mend it\n         work: gate test: fail\n         │ expected 2\n         │ got 3\n         output: /l/3.log (osier logs 3)\n",
  )
})
