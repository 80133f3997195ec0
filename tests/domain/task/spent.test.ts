import { expect, test } from "vitest"
import { spentSince, spentText, spentTogether } from "../../../core/domain/task/spent.ts"

test("what is not told is not counted as nothing", () => {
  expect(spentTogether([{ inputTokens: 1 }, undefined, { inputTokens: 2, costUsd: 0.5 }])).toEqual({ inputTokens: 3, costUsd: 0.5 })
  expect(spentTogether([])).toEqual({})
})

test("of a session's total only what is new counts, and never less than nothing", () => {
  expect(spentSince({ inputTokens: 600, outputTokens: 120 }, { inputTokens: 300, outputTokens: 200, costUsd: 1 })).toEqual({
    inputTokens: 300,
    outputTokens: 0,
  })
})

test.each([
  [{}, ""],
  [{ inputTokens: 300, outputTokens: 60, costUsd: 0.0018 }, "300 tokens in, 60 out, $0.0018"],
  [{ inputTokens: 1_234_567, outputTokens: 45_600, costUsd: 12.345 }, "1.2M tokens in, 46k out, $12.35"],
])("%j is %j", (spent, text) => expect(spentText(spent)).toBe(text))
