import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { lockRef, printLock, readLock } from "../../../core/domain/lock/lock.ts"
import type { Lock } from "../../../core/domain/lock/lock.ts"
import { freeLock } from "../../../core/steps/lock/lock.ts"
import { surveyLocks } from "../../../core/steps/lock/surveyLocks.ts"
import { Machine } from "../../../core/world/machine/machine.ts"
import { Objects } from "../../../core/world/git/objects.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const put = Effect.fnUntraced(function* (name: string, change: Partial<Lock>) {
  const [refs, objects, machine] = [yield* Refs, yield* Objects, yield* Machine]
  const ref = lockRef("task", name)
  const lock: Lock = {
    state: "held",
    owner: { ...machine.self, run: "r", email: "dev@example.com" },
    acquired: new Date().toISOString(),
    expires: Date.now() + 60_000,
    leaseMs: 60_000,
    fence: 3,
    nonce: name,
    ...change,
  }
  const to = yield* objects.writeBlob(printLock(lock))
  yield* refs.swap([{ ref, from: yield* refs.read(ref), to }])
  return { ref, lock, oid: to }
})

test("each lock stands as what is known of its owner says; what is no lock is named, and hides no other", async () => {
  const repo = makeRepo()
  const found = await inWorld(
    repo.path,
    Effect.gen(function* () {
      const { self } = yield* Machine
      const us = { run: "r", email: "dev@example.com" }
      yield* put("free", { state: "free" })
      yield* put("held", {})
      // The number is ours, but it was another process's that had it when the lock was taken.
      yield* put("dead", { owner: { ...self, ...us, started: `${self.started}0` } })
      yield* put("away", { owner: { ...self, ...us, host: "ash" } })
      yield* put("over", { owner: { session: "s", host: "ash", email: "eve@example.com" }, expires: Date.now() - 6_000 })
      // Less than clocks may differ.
      yield* put("nearly", { owner: { ...self, ...us, host: "ash" }, expires: Date.now() - 1_000 })
      const junk = yield* Effect.flatMap(Effect.service(Objects), (objects) => objects.writeBlob('{"state":"held"'))
      yield* Effect.flatMap(Effect.service(Refs), (refs) => refs.swap([{ ref: "refs/osier/locks/task/%zz", from: undefined, to: junk }]))
      return yield* surveyLocks()
    }),
  )
  expect(Object.fromEntries(found.locks.map(({ name, standing, alive }) => [name, `${standing} ${alive}`]))).toEqual({
    "task/free": "free alive",
    "task/held": "held alive",
    "task/dead": "dead dead",
    "task/away": "held unknown",
    "task/over": "over unknown",
    "task/nearly": "held unknown",
  })
  expect(found.broken).toEqual(["refs/osier/locks/task/%zz"])
  expect(found.locks.find(({ name }) => name === "task/over")?.silentMs).toBeGreaterThanOrEqual(66_000)
})

test("a lock is freed with its fence, and not when it has moved since it was looked at", async () => {
  const repo = makeRepo()
  await inWorld(
    repo.path,
    Effect.gen(function* () {
      const seen = yield* put("1", {})
      const renewed = yield* put("1", { nonce: "renewed" })
      expect(yield* freeLock(seen.ref, seen)).toBe(false)
      expect(repo.git("rev-parse", seen.ref)).toBe(renewed.oid)
      expect(yield* freeLock(renewed.ref, renewed)).toBe(true)
      expect(readLock(repo.git("cat-file", "-p", seen.ref))).toMatchObject({ state: "free", fence: 3 })
    }),
  )
})
