import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { pulseOf } from "../../../core/world/machine/pulse.ts"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A worker that answers as long as `answers` says so. */
const worker = () => {
  const ended: string[] = []
  const it = { answers: true, asked: 0 }
  const pulse = pulseOf(
    () => {
      it.asked += 1
      if (it.answers) pulse.felt()
    },
    (reason) => ended.push(reason),
  )
  return { it, pulse, ended }
}

test("one that answers lives, however long it takes", () => {
  const { it, pulse, ended } = worker()
  vi.advanceTimersByTime(3_600_000)
  expect(it.asked).toBe(3600)
  expect(ended).toEqual([])
  pulse.stop()
})

test("one that answers no more is ended after half a minute, in words", () => {
  const { it, pulse, ended } = worker()
  vi.advanceTimersByTime(5000)
  it.answers = false
  vi.advanceTimersByTime(29_000)
  expect(ended).toEqual([])
  vi.advanceTimersByTime(3000)
  expect(ended[0]).toContain("did not answer for 30 seconds")
  pulse.stop()
})

test("one that was told to stop is waited for a moment only, unless it has not even started", () => {
  const { it, pulse, ended } = worker()
  vi.advanceTimersByTime(1000)
  it.answers = false
  pulse.hurry()
  vi.advanceTimersByTime(5000)
  expect(ended.length).toBeGreaterThan(0)
  pulse.stop()
  const late = worker()
  late.it.answers = false
  late.pulse.hurry()
  vi.advanceTimersByTime(60_000)
  expect(late.ended).toEqual([])
  late.pulse.stop()
})
