import { expect, test } from "vitest"
import { gateEvidence, judgement, lastPart, settle } from "../../../core/domain/task/judgement.ts"
import type { GateVerdict } from "../../../core/domain/task/judgement.ts"
import type { Verdict } from "../../../core/domain/task/outcome.ts"

const verdict = (gate: string, said: Verdict, more: Partial<GateVerdict> = {}): GateVerdict => ({
  gate,
  run: ["npm", "test"],
  verdict: said,
  ms: 1,
  cached: false,
  flaky: false,
  confirmed: false,
  tail: "",
  ...more,
})

test("without gates there is no verdict", () => {
  expect(judgement("t", [])).toMatchObject({ verdict: undefined, gated: false })
})

test("only passes make a pass", () => {
  expect(judgement("t", [verdict("a", "pass"), verdict("b", "pass")]).verdict).toBe("pass")
  for (const other of ["fail", "timeout", "unrunnable"] as const)
    expect(judgement("t", [verdict("a", "pass"), verdict("b", other)]).verdict).toBe(other)
})

test("when runs of a gate settle", () => {
  const again = { again: true }
  const is = (flaky: boolean, confirmed: boolean) => ({ again: false, flaky, confirmed })
  expect(settle([], true)).toEqual(again)
  expect(settle(["pass"], true)).toEqual(is(false, false))
  expect(settle(["fail"], true)).toEqual(again)
  expect(settle(["fail"], false)).toEqual(is(false, false))
  expect(settle(["fail", "fail"], true)).toEqual(is(false, true))
  expect(settle(["fail", "pass"], true)).toEqual(again)
  expect(settle(["fail", "pass", "pass"], true)).toEqual(is(true, false))
  expect(settle(["fail", "pass", "fail"], true)).toEqual(is(true, false))
  expect(settle(["timeout"], true)).toEqual(is(false, false))
  expect(settle(["fail", "unrunnable"], true)).toEqual(is(false, false))
})

test("evidence names the command, the exit and the log, and keeps the end of a long output", () => {
  const tail = `${"line\n".repeat(10_000)}the end`
  const text = gateEvidence(
    judgement("t", [verdict("lint", "pass"), verdict("test", "fail", { code: 1, reason: "exit 1", log: "/logs/x.log", tail })]),
  )
  expect(text).toContain('Gate "test": fail')
  expect(text).toContain('["npm","test"]')
  expect(text).toContain("Exit code: 1")
  expect(text).toContain("/logs/x.log")
  expect(text.endsWith("the end")).toBe(true)
  expect(Buffer.byteLength(text)).toBeLessThan(9 * 1024)
  expect(text).not.toContain("lint")
})

test("a cut inside a character leaves no half of it", () => {
  expect(lastPart("é".repeat(100), 51)).toBe(`…\n${"é".repeat(25)}`)
  expect(lastPart("short", 100)).toBe("short")
})
