import { describe, expect, test } from "vitest"
import { coloured, noPaint, paintFor } from "../../../core/domain/text/colour.ts"
import { cells } from "../../../core/domain/text/plainText.ts"
import { runScreen, tally } from "../../../core/domain/event/runScreen.ts"
import { emptyRun, seen, titled, type RunView } from "../../../core/domain/event/runView.ts"

const at = "2026-11-20T10:00:00.000Z"
const now = Date.parse(at) + 67_000

const view = (tasks: number): RunView => {
  const ids = Array.from({ length: tasks }, (_, index) => index + 1)
  const head = { seq: 1, at, run: "r1" }
  return [
    { ...head, type: "RunStarted", target: "main", base: "b", tasks: ids, concurrency: 3, pid: 1, host: "h", gates: [] } as const,
    { ...head, type: "AttemptStarted", task: 2, attempt: 1, agent: "scribe", adapter: "shell", tree: "t", branch: "b" } as const,
    { ...head, type: "AgentSaid", task: 2, attempt: 1, text: "writing 漢字 for ever and ever".repeat(9) } as const,
  ].reduce(
    seen,
    titled(
      emptyRun(),
      ids.map((id) => [id, `Title ${id} 漢字`] as const),
    ),
  )
}

describe("runScreen", () => {
  test("shows the working ones first, with agent, time and last words, and says ungated", () => {
    const lines = runScreen(view(3), { now, width: 100, height: 20, paint: noPaint })
    expect(lines[0]).toBe("osier → main  1 working · 2 waiting  1m 07s  ungated")
    expect(lines[1]).toMatch(/^ {3}#2 Title 2 漢字 +working +scribe +1m 07s {2}writing 漢字/)
    expect(lines).toHaveLength(4)
  })

  test.each([1, 5, 20, 40, 80, 120, 200])("no line is wider than a terminal of %i columns", (width) => {
    const lines = runScreen(view(30), { now, width, height: 12, paint: paintFor(true, {}) })
    for (const line of lines) expect(cells(line)).toBeLessThan(Math.max(width, 2))
    expect(lines.length).toBeLessThan(12)
    if (width >= 40) {
      expect(lines[0]).toContain("ungated")
      expect(lines[1]).toMatch(/#2 .*working/)
      expect(lines[1]).toContain("1m 07s")
      expect(lines.at(-1)).toMatch(/and \d+ more/)
    }
  })

  test("many gates and a long target leave room for how far it is", () => {
    const gates = Array.from({ length: 30 }, (_, at) => `gate-of-some-length-${at}`)
    const long = { ...view(3), target: "release/".repeat(20), gates }
    for (const width of [40, 80, 120])
      expect(cells(runScreen(long, { now, width, height: 20, paint: noPaint })[0] ?? "")).toBeLessThan(width)
  })

  test("no colour without a terminal or with NO_COLOR", () => {
    for (const paint of [
      paintFor(false, {}),
      paintFor(true, { NO_COLOR: "1" }),
      paintFor(true, { TERM: "dumb" }),
      paintFor(true, { FORCE_COLOR: "0" }),
    ])
      expect(coloured(runScreen(view(3), { now, width: 80, height: 20, paint }).join(""))).not.toContain("\u001b")
    for (const paint of [paintFor(true, {}), paintFor(false, { FORCE_COLOR: "1" }), paintFor(false, { FORCE_COLOR: "" })])
      expect(coloured(runScreen(view(3), { now, width: 80, height: 20, paint }).join(""))).toContain("\u001b[")
  })

  test("the tally counts every task once", () => {
    expect(tally(view(5))).toBe("1 working · 4 waiting")
  })
})
