import { expect, test } from "vitest"
import { waitAfter } from "../../../core/engine/run/waitAfter.ts"
import { LeaseLost, LockHeld } from "../../../core/steps/lock/lock.ts"
import { RemoteUnreachable } from "../../../core/world/git/remoteTrouble.ts"

const lockOf = (owner: LockHeld["lock"]["owner"]): LockHeld["lock"] => ({
  state: "held",
  nonce: "n",
  owner,
  fence: 1,
  leaseMs: 40_000,
  acquired: "2026-11-01T00:00:00.000Z",
  expires: Date.parse("2026-11-01T00:00:40Z"),
})
const run = { run: "r1", email: "a@b", host: "h", pid: 1, boot: "b", started: "1" }
const person = { session: "s1", host: "h", email: "a@b" }
const unreachable = new RemoteUnreachable({ remote: "origin", said: "no route", heard: true })
const lease = new LeaseLost({ kind: "task", name: "3" })

test.each([
  ["another run holds the lock", new LockHeld({ kind: "task", name: "3", lock: lockOf(run) }), {}, "owner", true, "TaskWaited"],
  ["a person claimed it", new LockHeld({ kind: "task", name: "3", lock: lockOf(person) }), {}, "person", false, "TaskWaited"],
  ["the remote is silent", unreachable, {}, "remote", true, "TaskWaited"],
  ["it was silent before", unreachable, { before: unreachable.message }, "remote", true, undefined],
  ["the lease was lost", lease, {}, "owner", true, "Warned"],
  ["a person's claim was lost", lease, { claimed: true }, "person", false, "Warned"],
  ["a defect", new Error("boom"), {}, "person", false, "Warned"],
] as const)("%s", (_, error, standing, ends, again, event) => {
  const stopped = waitAfter(3, error, standing)
  expect([stopped.wait.ends, stopped.again, stopped.event?.type]).toEqual([ends, again, event])
  expect(stopped.wait.hint).not.toBe("")
})

test("a run waits for no person's claim", () => {
  expect(waitAfter(3, new LockHeld({ kind: "task", name: "3", lock: lockOf(person) })).wait.held).toBe(true)
})
