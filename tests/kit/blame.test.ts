import { expect, test } from "vitest"
import { at, blameStatus, blameText, listAt, notBefore, numberAt, textAt } from "../../core/kit/index.ts"

test.each([
  [401, "environment"],
  [403, "environment"],
  [400, "plan"],
  [404, "plan"],
  [402, "provider"],
  [429, "provider"],
  [500, "provider"],
  [529, "provider"],
] as const)("status %i is %s", (status, blame) => expect(blameStatus(status)).toBe(blame))

test.each([
  ["unexpected status 401 Unauthorized: no", "environment"],
  ["exceeded retry limit, last status: 429 Too Many Requests", "provider"],
  ["You've hit your usage limit. Try again in 3 hours.", "provider"],
  ["Your credit balance is too low", "provider"],
  ["Missing environment variable: `OPENAI_API_KEY`.", "environment"],
  ["stream disconnected before completion: idle", "provider"],
  ["connect ECONNREFUSED 127.0.0.1:1", "provider"],
  ['400 {"error":"prompt is too long"}', "work"],
  ['400 {"error":"bad"}', "plan"],
  ["The model `gpt-9` does not exist", "plan"],
  ["No conversation found with session ID: x", "work"],
  ["sh: 1: claude: not found", undefined],
  ["the catalog in the plugin", undefined],
  ["Please log in again", "environment"],
  ["all is well", undefined],
  ["the answer is 42, and 500 files changed", undefined],
] as const)("%s", (text, blame) => expect(blameText(text)).toBe(blame))

const now = Date.UTC(2026, 10, 20, 12)
const minutes = 60_000
test.each([
  ["Try again in 1 hour 5 minutes.", now + 65 * minutes],
  ["try again in 3 days 2 hours", now + (3 * 24 + 2) * 60 * minutes],
  ["Please try again in 11.5s.", now + 11_500],
  ["retry after 250ms", now + 250],
  ["retry-after: 30", now + 30_000],
  ["Claude AI usage limit reached|1795179600", 1_795_179_600_000],
  ["limit resets at 2026-11-20T13:00:00Z", now + 60 * minutes],
  ["limit reached|1000000000", undefined],
  ["try again later", undefined],
  ["try again in 400 days", undefined],
  ["rate limited", undefined],
] as const)("%s", (text, expected) => expect(notBefore(text, now)).toBe(expected))

test("reading strangers' JSON never throws", () => {
  const value: unknown = JSON.parse('{"a":{"b":[1,"x",""]},"n":null}')
  expect([at(value, "a", "b", 0), textAt(value, "a", "b", 1), numberAt(value, "a", "b", 0)]).toEqual([1, "x", 1])
  expect([at(value, "n", "x"), textAt(value, "a", "b", 2), numberAt(value, "a"), listAt(value, "n")]).toEqual([
    undefined,
    undefined,
    undefined,
    [],
  ])
  expect(at(value, "toString")).toBeUndefined()
  expect(at("text", "length")).toBeUndefined()
})
