import { describe, expect, test } from "vitest"
import {
  claimMs,
  heartbeatMs,
  holderKey,
  holderText,
  leaseMs,
  lockRef,
  marginMs,
  mayTake,
  printLock,
  readLock,
  skewMs,
  watchMs,
} from "../../../core/domain/lock/lock.ts"
import type { Lock } from "../../../core/domain/lock/lock.ts"
import type { Liveness } from "../../../core/domain/lock/processIdentity.ts"

const run: Lock = {
  state: "held",
  owner: { host: "ash", boot: "b", pid: 7, started: "1", run: "r1", email: "dev@example.com" },
  acquired: "2026-01-01T00:00:00.000Z",
  expires: 1_000_000,
  leaseMs,
  fence: 3,
  nonce: "n",
}
const claim: Lock = { ...run, owner: { session: "s1", host: "ash", email: "dev@example.com" } }

test("a lock reads as it was written, whoever holds it", () => {
  expect(readLock(printLock(run))).toEqual(run)
  expect(readLock(printLock(claim))).toEqual(claim)
  expect([holderKey(run.owner), holderKey(claim.owner)]).toEqual(["r1", "s1"])
  expect(holderText(run.owner)).toBe("dev@example.com (run r1, process 7 on ash)")
  expect(holderText(claim.owner)).toBe("dev@example.com (claimed on ash)")
})

test.each([
  ["truncated", printLock(run).slice(0, 40)],
  ["not JSON", "held\n"],
  ["no owner", JSON.stringify({ ...run, owner: undefined })],
  ["an owner that is neither process nor session", JSON.stringify({ ...run, owner: { host: "ash", email: "x" } })],
  ["a fence below nothing", JSON.stringify({ ...run, fence: -1 })],
  ["empty", ""],
])("a blob that is %s is no lock", (_, text) => {
  expect(readLock(text)).toBeUndefined()
})

describe("who may take it", () => {
  const over = run.expires + skewMs
  const day = 86_400_000
  const cases: readonly (readonly [string, Lock, Liveness, number, number, boolean])[] = [
    ["a living run's", run, "alive", 0, 0, false],
    ["a dead run's", run, "dead", 0, 0, true],
    ["a living run's whose lease is over by the clock, which somebody has set", run, "alive", over + day, 0, false],
    ["a living run's that looks over and stood still for a while", run, "alive", over + 1, leaseMs - 1, false],
    ["a living run's that looks over and stood still for all of its lease", run, "alive", over + 1, leaseMs, true],
    ["a living run's that stands still and is dated ahead", run, "alive", 0, leaseMs + skewMs - 1, false],
    ["a living run's that is dated ahead, and stood still for all of its lease", run, "alive", 0, leaseMs + skewMs, true],
    ["another machine's", run, "unknown", 0, 0, false],
    ["another machine's whose lease looks over", run, "unknown", over + 1, watchMs - 1, false],
    ["another machine's that looks over and stands still", run, "unknown", over + 1, watchMs, true],
    ["another machine's that looks good and stands still", run, "unknown", 0, leaseMs + skewMs - 1, false],
    ["another machine's that stood still for all of its lease", run, "unknown", 0, leaseMs + skewMs, true],
    ["a free one", { ...run, state: "free" }, "alive", 0, 0, true],
    ["a claim, before its end", claim, "unknown", over, day, false],
    ["a claim, after its end", claim, "unknown", over + 1, 0, true],
  ]
  test.each(cases)("%s", (_, lock, liveness, now, still, may) => {
    expect(mayTake(lock, liveness, now, still)).toBe(may)
  })
  test("an owner has stopped, and was heard at least once more, before anybody else may begin", () => {
    expect(leaseMs - marginMs).toBeLessThan(leaseMs)
    expect(2 * heartbeatMs).toBeLessThan(leaseMs - marginMs)
    expect(watchMs).toBeGreaterThanOrEqual(leaseMs - marginMs + skewMs)
    expect(claimMs).toBe(28_800_000)
  })
})

test("the ref of a lock is one segment of a valid ref, whatever the name", () => {
  expect(lockRef("branch", "task/a..b~1*.lock")).toBe("refs/osier/locks/branch/task%2Fa%2E%2Eb%7E1%2A%2Elock")
})
