import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, test } from "vitest"
import { liveView } from "../../core/cli/liveView.ts"
import { memoryScreen, printer, redraws } from "../../core/cli/screen.ts"
import { noPaint, paintFor } from "../../core/domain/text/colour.ts"
import type { EventBody } from "../../core/domain/event/event.ts"

/** A terminal as far as osier uses one: what stands on it, row by row, broken at its width. */
const tube = (columns: number, rows: number, isTerminal = true) => {
  let text: string[] = [""]
  let raw = ""
  const put = (more: string) => {
    raw += more
    for (const part of more.match(/\p{Cc}\[\d*[A-Za-z]|./gsu) ?? []) {
      const up = /^\p{Cc}\[(\d+)A/u.exec(part)?.[1]
      if (up !== undefined) text = text.slice(0, Math.max(1, text.length - Number(up)))
      else if (part === "\u001b[0J") text[text.length - 1] = ""
      else if (part === "\n") text.push("")
      else if (!part.startsWith("\u001b")) {
        if ((text.at(-1) ?? "").length === columns) text.push("")
        text[text.length - 1] += part
      }
    }
  }
  const outlet = { write: put }
  const canvas = { stdout: outlet, stderr: outlet, isTerminal, columns: () => columns, rows: () => rows }
  return { canvas, raw: () => raw, shown: () => text }
}

describe("a screen", () => {
  test("takes away exactly what it drew, and never draws wider or higher than the terminal", () => {
    const it = tube(40, 6)
    const screen = printer(it.canvas, false)
    const lines = Array.from({ length: 20 }, (_, at) => `${at} ${"漢字 wide and long ".repeat(20)}`)
    for (let at = 0; at < 30; at++) screen.draw(lines)
    expect(it.shown()).toHaveLength(6)
    screen.out("a word above")
    screen.draw(["below"])
    screen.draw([])
    screen.out("the end")
    expect(it.shown()).toEqual(["a word above", "the end", ""])
  })

  test.each([noPaint, paintFor(true, {})])("lets nothing but its own colours through", (paint) => {
    const it = tube(80, 24)
    const screen = printer(it.canvas, false)
    const foreign = "a\u001b[2Jb\u001b]0;owned\u0007c\u001b[31md\u009b2Je\u202ef\u2066g\u001bch\ri\u0008\u001bP1q\u001b\\ k"
    screen.out(paint.good(foreign))
    screen.err(foreign)
    screen.exact(foreign)
    screen.draw([paint.bad(foreign)])
    const ours = it.raw().replaceAll(/\p{Cc}\[(?:(?:32|31|39)m|\d+A|0J)/gu, "")
    expect(ours).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069\uFDD0-\uFDEF]/u)
    expect(it.raw().includes("\u001b[32m")).toBe(paint !== noPaint)
  })

  test("gives data on as it is: JSON that says the same, and a patch for a file byte by byte", () => {
    const value = { text: "\u001b[2J \u009b2J \u202e \u2028 \u0000 漢" }
    const json = tube(1000, 24)
    printer(json.canvas, true).out(JSON.stringify(value))
    expect(JSON.parse(json.raw())).toEqual(value)
    expect(json.raw()).not.toMatch(/[^\P{Cc}\n]|\u202e/u)
    const file = tube(1000, 24, false)
    printer(file.canvas, false).exact("+\u001b[2J\r\n")
    expect(file.raw()).toBe("+\u001b[2J\r\n")
  })
})

test("a view that follows shows the next run when it starts, and none that was there before it", async () => {
  const it = tube(60, 10)
  const live = liveView(
    { ...memoryScreen(), ...printer(it.canvas, false), live: true, width: () => 60, height: () => 10 },
    { json: false, idle: "waits" },
  )
  live.know([
    [1, "Landed long ago"],
    [2, "Write"],
  ])
  const event = (body: EventBody) => live.put({ seq: 1, at: "1970-01-01T00:00:00.000Z", run: "r2", ...body })
  const start = { type: "RunStarted", target: "main", base: "b", tasks: [2], concurrency: 1, pid: 1, host: "h", gates: ["test"] } as const
  const body = Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(live.draw, { startImmediately: true })
    expect(it.shown()).toEqual(["osier waits", ""])
    live.restart()
    yield* event(start)
    yield* TestClock.adjust("1200 millis")
    expect(it.shown()[0]).toBe("osier → main  1 waiting  1s  gates test")
    expect(it.shown()[1]).toContain("#2 Write")
    expect(it.shown()).toHaveLength(3)
    yield* Fiber.interrupt(fiber)
    yield* live.close
    expect(it.shown()).toEqual([""])
  })
  await Effect.runPromise(Effect.scoped(body).pipe(Effect.provide(TestClock.layer())))
})

test.each([
  [true, {}, true],
  [true, { CI: "" }, true],
  [true, { CI: "false" }, true],
  [true, { CI: "true" }, false],
  [true, { CI: "1", TERM: "xterm" }, false],
  [true, { TERM: "dumb" }, false],
  [false, { TERM: "xterm" }, false],
])("a terminal (%s) with %j is drawn over: %s", (isTerminal, env, expected) => expect(redraws(isTerminal, env)).toBe(expected))
