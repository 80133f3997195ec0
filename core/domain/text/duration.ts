import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type { Complaint } from "./complaint.ts"

/** A text that is no length of time. */
export class BadDuration extends Data.TaggedError("BadDuration")<{ readonly text: string; readonly reason: string }> implements Complaint {
  override get message(): string {
    return `${JSON.stringify(this.text)} is not a length of time: ${this.reason}`
  }
  get hint(): string {
    return "write it as 500ms, 90s, 10m, 1h30m or 2d; a plain number is seconds"
  }
  get exit() {
    return 2 as const
  }
}

const units: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
]

/** Timers of every runtime hold a signed 32-bit number of milliseconds; a longer one would fire at once. */
const longest = 24 * 86_400_000

const pattern = new RegExp(`^${units.map(([unit]) => `(?:(\\d+(?:\\.\\d+)?)\\s*${unit}\\s*)?`).join("")}$`)

/** A length of time in milliseconds from `500ms`, `90s`, `10m`, `1h30m`, `2d`; a plain number is seconds. */
export const parseDuration = (value: string | number): Result.Result<number, BadDuration> => {
  const text = String(value).trim()
  const refuse = (reason: string) => Result.fail(new BadDuration({ text, reason }))
  const plain = /^\d+(\.\d+)?$/.test(text)
  const found = plain ? undefined : pattern.exec(text)
  if (text === "" || (!plain && !found)) return refuse("a number and a unit are expected, the larger unit first")
  const ms = plain
    ? Number(text) * 1000
    : units.reduce((sum, [, size], index) => sum + (found?.[index + 1] === undefined ? 0 : Number(found[index + 1]) * size), 0)
  if (ms > longest) return refuse("the longest is 24d")
  return Result.succeed(Math.round(ms))
}

/** Milliseconds as `parseDuration` reads them: `1h30m`, `500ms`, `0s`. */
export const printDuration = (ms: number): string => {
  let left = Math.round(ms)
  let text = ""
  for (const [unit, size] of units) {
    const count = Math.floor(left / size)
    if (count > 0) text += `${count}${unit}`
    left -= count * size
  }
  return text || "0s"
}
