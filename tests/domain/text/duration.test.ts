import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { parseDuration, printDuration } from "../../../core/domain/text/duration.ts"

describe("durations", () => {
  it.each([
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["1h 30m", 5_400_000],
    ["500ms", 500],
    ["1.5s", 1500],
    ["2d", 172_800_000],
    ["0", 0],
    [90, 90_000],
    ["1m500ms", 60_500],
  ])("%j is %d ms", (text, ms) => {
    expect(Result.getOrThrow(parseDuration(text))).toBe(ms)
    expect(Result.getOrThrow(parseDuration(printDuration(ms)))).toBe(ms)
  })
  it.each(["", " ", "m", "10 minutes", "-5m", "30m1h", "1m1m", "5x", "NaN", "25d", "999999999"])("refuses %j", (text) => {
    const said = Result.flip(parseDuration(text)).pipe(Result.getOrThrow)
    expect(said.exit).toBe(2)
    expect(said.message).toContain(JSON.stringify(text.trim()))
  })
})
