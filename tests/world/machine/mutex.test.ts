import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { Machine } from "../../../core/world/machine/machine.ts"
import { party } from "../../support/party.ts"

let directory = ""
let lock = ""
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "osier-mutex-"))
  lock = join(directory, "lock")
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const deadHolder = async (nonce: string) => {
  const self = await Effect.runPromise(
    Effect.provide(
      Machine.use((machine) => Effect.succeed(machine.self)),
      Machine.layer,
    ),
  )
  return JSON.stringify({ ...self, started: "1", nonce })
}

test("of many parties that find a dead holder, each gets in and never two at once", async () => {
  for (let round = 0; round < 15; round++) {
    writeFileSync(lock, await deadHolder("first"))
    // A dead one that was about to take over, and a dead one that was about to take that over.
    if (round % 3 > 0) writeFileSync(`${lock}.takeover.first`, await deadHolder("second"))
    if (round % 3 > 1) writeFileSync(`${lock}.takeover.second`, await deadHolder("third"))
    let inside = 0
    let entered = 0
    const enter = Effect.gen(function* () {
      expect(++inside).toBe(1)
      yield* Effect.promise(() => new Promise((resume) => setImmediate(resume)))
      inside--
      entered++
    })
    const parties = Array.from({ length: 6 }, () => party((mutex) => mutex.withLock(lock, enter)))
    await Effect.runPromise(Effect.all(parties, { concurrency: "unbounded", discard: true }))
    expect(entered).toBe(6)
    expect(readdirSync(directory)).toEqual([])
  }
})

test("a bounded wait names the holder, in another party and among fibers of one", async () => {
  await Effect.runPromise(
    Effect.gen(function* () {
      const held = yield* Deferred.make<void>()
      const open = yield* Deferred.make<void>()
      const hold = Effect.andThen(Deferred.succeed(held, undefined), Deferred.await(open))
      const owner = yield* Effect.forkChild(
        party((mutex) =>
          Effect.gen(function* () {
            const inner = yield* Effect.forkChild(mutex.withLock(lock, hold))
            yield* Deferred.await(held)
            const refused = yield* Effect.flip(mutex.withLock(lock, Effect.void, { wait: "20 millis" }))
            expect(refused).toMatchObject({ _tag: "MutexHeld", holder: "this process", exit: 4 })
            yield* Fiber.join(inner)
            // The turn that was not waited for is not lost.
            yield* mutex.withLock(lock, Effect.void)
          }),
        ),
      )
      yield* Deferred.await(held)
      const refused = yield* Effect.flip(party((mutex) => mutex.withLock(lock, Effect.void, { wait: "20 millis" })))
      expect(refused).toMatchObject({ _tag: "MutexHeld", holder: { pid: process.pid } })
      expect(refused.message).toContain(String(process.pid))
      yield* Deferred.succeed(open, undefined)
      yield* Fiber.join(owner)
    }),
  )
  expect(readdirSync(directory)).toEqual([])
})

test("an interrupted holder releases, an interrupted waiter leaves the queue", async () => {
  await Effect.runPromise(
    party((mutex) =>
      Effect.gen(function* () {
        const held = yield* Deferred.make<void>()
        const holder = yield* Effect.forkChild(mutex.withLock(lock, Effect.andThen(Deferred.succeed(held, undefined), Effect.never)))
        yield* Deferred.await(held)
        const waiter = yield* Effect.forkChild(mutex.withLock(lock, Effect.die("must not get in")), { startImmediately: true })
        const stranger = yield* Effect.forkChild(
          party((other) => other.withLock(lock, Effect.die("must not get in"))),
          {
            startImmediately: true,
          },
        )
        yield* Fiber.interrupt(waiter)
        yield* Fiber.interrupt(stranger)
        yield* Fiber.interrupt(holder)
        yield* mutex.withLock(lock, Effect.void)
      }),
    ),
  )
  expect(readdirSync(directory)).toEqual([])
})

test("a file that names no holder is waited for while young, and an error when old", async () => {
  writeFileSync(lock, "")
  utimesSync(lock, new Date(), new Date(Date.now() - 60_000))
  const broken = await Effect.runPromise(Effect.flip(party((mutex) => mutex.withLock(lock, Effect.void))))
  expect(broken).toMatchObject({ _tag: "MutexBroken", file: lock, exit: 3 })
  expect(broken.hint).toContain(lock)
  expect(existsSync(lock)).toBe(true)

  utimesSync(lock, new Date(), new Date())
  await Effect.runPromise(
    Effect.gen(function* () {
      const waiting = yield* Effect.forkChild(
        party((mutex) => mutex.withLock(lock, Effect.succeed("in"))),
        { startImmediately: true },
      )
      rmSync(lock)
      expect(yield* Fiber.join(waiting)).toBe("in")
    }),
  )
})

test("an unwritable place is a named error", async () => {
  writeFileSync(lock, "a file, no folder")
  const broken = await Effect.runPromise(Effect.flip(party((mutex) => mutex.withLock(join(lock, "inner"), Effect.void))))
  expect(broken).toMatchObject({ _tag: "MutexBroken" })
})
