import { expect, test } from "vitest"
import { closingWords, endedAttempts, withAttempt } from "../../../core/domain/task/attemptRecord.ts"
import type { Attempt } from "../../../core/domain/task/task.ts"

const attempt = (n: number, outcome: Attempt["outcome"], more: Partial<Attempt> = {}): Attempt => ({ n, agent: "a", outcome, ...more })

test("an attempt is written in the place of its number, and an older one without an end was cut off", () => {
  const before = [attempt(1, "work"), attempt(2, "open", { session: "s" })]
  expect(withAttempt(before, attempt(2, "provider", { session: "s" }))).toEqual([
    attempt(1, "work"),
    attempt(2, "provider", { session: "s" }),
  ])
  expect(withAttempt(before, attempt(3, "open"))).toEqual([
    attempt(1, "work"),
    attempt(2, "cancelled", { session: "s", reason: "it was cut off" }),
    attempt(3, "open"),
  ])
  expect(endedAttempts(before)).toEqual([attempt(1, "work")])
})

test("of long closing words the end is kept, and of none nothing", () => {
  expect([closingWords(undefined), closingWords(" \n"), closingWords(" done ")]).toEqual([undefined, undefined, "done"])
  expect(closingWords(`${"x".repeat(5000)} the end`)).toMatch(/^…x+ the end$/)
})
