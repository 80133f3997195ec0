import { expect, test } from "vitest"
import { at, blameStatus, blameText, listAt, notBefore, numberAt, refused, textAt, wordsOf } from "../../core/kit/index.ts"

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
  ["Your credit balance is too low", "environment"],
  ['400 {"error":{"message":"Your credit balance is too low"}}', "environment"],
  ["429 You exceeded your current quota, please check your plan and billing details", "environment"],
  ["terminated: other side closed (UND_ERR_SOCKET)", "provider"],
  ["Your access token expired: log out and sign in again", "environment"],
  ["ran out of room in the model's context window; start a new thread", "work"],
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
  ["You've hit your usage limit, try again at 11:38 PM (UTC).", now + (11 * 60 + 38) * minutes],
  ["limit reached, resets 3:45pm (UTC)", now + 225 * minutes],
  ["resets 9am (UTC)", now + 21 * 60 * minutes],
  ["resets at 15:30 UTC+2", now + 90 * minutes],
  ["resets at 8am (America/New_York)", now + 60 * minutes],
  ["try again at Dec 2nd, 2026 9:14 AM UTC", Date.UTC(2026, 11, 2, 9, 14)],
  ["resets Monday 9am (UTC)", Date.UTC(2026, 10, 23, 9)],
  ['{"resets_in_seconds": 5400}', now + 90 * minutes],
  ["please try again at 3", undefined],
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

test("what a program repeated by itself is the provider's, unless a status says else", () => {
  const of = (words: string) => refused(words, words, "work", now, { retried: true }).class
  expect(["something nobody knows", "503 no", "unexpected status 404 x", "401 no"].map(of)).toEqual([
    ...["provider", "provider", "plan", "environment"],
  ])
})

test("what is wrong with the agent itself breaks it, with what to type; a session that is too long is lost", () => {
  const hints = { login: "log in", account: "pay", model: "name another" }
  const of = (words: string) => refused(words, words, "work", now, { hints })
  expect(of("401 invalid x-api-key")).toMatchObject({ class: "environment", broken: true, hint: "log in" })
  expect(of('400 {"message":"Your credit balance is too low"}')).toMatchObject({ class: "environment", broken: true, hint: "pay" })
  expect(of("404 The model `x` does not exist")).toMatchObject({ class: "plan", broken: true, hint: "name another" })
  expect(of("400 bad tool schema").broken).toBeUndefined()
  expect(of("prompt is too long: 1 > 0").session).toBeNull()
})

test.each([
  ['401: {"message":"no key"}', "401: no key"],
  ['400 {"type":"error","error":{"message":"bad"}}', "400 bad"],
  ['{"detail":"slow down"}', "slow down"],
  ['{"error":"plain"}', "plain"],
  ["no { body", "no { body"],
])("the words of %s", (message, words) => expect(wordsOf(message)).toBe(words))
