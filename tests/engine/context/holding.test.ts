import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Cause from "effect/Cause"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { expect, test } from "vitest"
import { leaseMs, lockRef, marginMs, printLock, readLock } from "../../../core/domain/lock/lock.ts"
import type { Owner } from "../../../core/domain/lock/lock.ts"
import { holding } from "../../../core/engine/context/holding.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import { RemoteRefused, RemoteUnreachable } from "../../../core/world/git/remoteTrouble.ts"
import { RunIdentity } from "../../../core/world/git/runIdentity.ts"
import { Sightings } from "../../../core/world/machine/sightings.ts"
import { faultyMachine } from "../../support/faultyMachine.ts"
import { faultyStore } from "../../support/faultyStore.ts"
import { simStore } from "../../support/simStore.ts"

const calm = { delayMs: 0, fails: 0, unheard: 0, refuses: 0 }
const ref = lockRef("target", "main")
const owner: Owner = { host: "ash", boot: "b", pid: 1, started: "1", run: "me", email: "dev@example.com" }

/** A lock in a store behind a remote that can be cut off, held in simulated time. */
const stage = () => {
  const store = simStore()
  let network: "there" | "gone" | "refuses" = "there"
  const unreachable = () => new RemoteUnreachable({ remote: "origin", said: "no route to host", heard: true })
  const layer = Layer.effect(
    Refs,
    Effect.map(Effect.service(Refs), (refs) => ({
      ...refs,
      swap: (...given: Parameters<Refs["Service"]["swap"]>) =>
        Effect.suspend(() => {
          if (network === "gone") return Effect.fail(unreachable())
          if (network === "refuses") return Effect.fail(new RemoteRefused({ remote: "origin", reason: "hook", refs: [ref], said: "no" }))
          return refs.swap(...given)
        }),
    })),
  ).pipe(Layer.provideMerge(faultyStore({ store, roll: () => 0.5, faults: () => calm, onSwap: () => undefined })))
  const world = Layer.mergeAll(
    layer,
    faultyMachine({ self: owner, isDead: () => false, hidden: () => 0, roll: () => 0.5 }),
    Sightings.layer,
    Layer.succeed(RunIdentity, { run: "me", owner, committer: { name: "Dev", email: owner.email }, stated: true }),
  ).pipe(Layer.provideMerge(TestClock.layer()))
  const inside = <A, E>(effect: Effect.Effect<A, E, Layer.Success<typeof world>>) =>
    Effect.runPromise(effect.pipe(Effect.provide(world), Effect.provide(Logger.layer([]))))
  return {
    inside,
    lock: () => readLock(store.read(ref)?.data.toString() ?? ""),
    steal: () => {
      const lock = readLock(store.read(ref)?.data.toString() ?? "")
      if (lock === undefined) throw new Error("there is no lock to steal")
      const to = store.writeBlob(printLock({ ...lock, owner: { ...owner, run: "thief" }, fence: lock.fence + 1, nonce: "thief" }))
      store.swap([{ ref, from: store.ref(ref), to }])
    },
    network: (now: typeof network) => {
      network = now
    },
  }
}

/** Holds the lock in the background, with a body that tells when it is stopped. */
const started = Effect.gen(function* () {
  const seen = { stopped: false }
  const body = Effect.never.pipe(Effect.onInterrupt(() => Effect.sync(() => void (seen.stopped = true))))
  const fiber = yield* Effect.forkChild(
    holding("target", "main", () => body),
    { startImmediately: true },
  )
  // Taking the lock asks the store, which answers late; the body runs after that.
  yield* TestClock.adjust(Duration.millis(10))
  return { seen, fiber }
})
const failureOf = (exit: Exit.Exit<unknown, unknown>) => (Exit.isFailure(exit) ? Cause.squash(exit.cause) : "it ended well")

test("a lease is renewed for as long as the body takes, and free afterwards", async () => {
  const { inside, lock } = stage()
  await inside(
    Effect.gen(function* () {
      const { seen, fiber } = yield* started
      const first = lock()?.expires ?? 0
      yield* TestClock.adjust(Duration.minutes(10))
      expect(seen.stopped).toBe(false)
      expect(lock()).toMatchObject({ state: "held", fence: 1, owner: { run: "me" } })
      expect((lock()?.expires ?? 0) - first).toBeGreaterThanOrEqual(10 * 60_000 - leaseMs)
      yield* Fiber.interrupt(fiber)
    }),
  )
  expect(lock()).toMatchObject({ state: "free", fence: 1 })
})

test("a remote that falls silent stops the work before the lease ends, and not much sooner", async () => {
  const { inside, lock, network } = stage()
  await inside(
    Effect.gen(function* () {
      const { seen, fiber } = yield* started
      yield* TestClock.adjust(Duration.millis(60_000))
      const until = lock()?.expires ?? 0
      const left = until - 60_000
      network("gone")
      yield* TestClock.adjust(Duration.millis(left - marginMs - 1_000))
      expect(seen.stopped).toBe(false)
      yield* TestClock.adjust(Duration.millis(1_500))
      expect(seen.stopped).toBe(true)
      // Still ours in the eyes of everybody else: nobody may have taken it yet.
      expect(lock()).toMatchObject({ state: "held", expires: until })
      expect(failureOf(yield* Fiber.await(fiber))).toMatchObject({ _tag: "LeaseLost", silent: true, exit: 4 })
    }),
  )
})

test("a remote that is silent for a while, and back in time, stops nothing", async () => {
  const { inside, lock, network } = stage()
  await inside(
    Effect.gen(function* () {
      const { seen, fiber } = yield* started
      yield* TestClock.adjust(Duration.seconds(15))
      for (let round = 0; round < 5; round++) {
        network("gone")
        yield* TestClock.adjust(Duration.seconds(22))
        network("there")
        yield* TestClock.adjust(Duration.seconds(4))
      }
      expect([seen.stopped, lock()?.state]).toEqual([false, "held"])
      yield* Fiber.interrupt(fiber)
    }),
  )
  expect(lock()?.state).toBe("free")
})

test("a lock that another took stops the work at the next sign of life, and is left to the other", async () => {
  const { inside, lock, steal } = stage()
  await inside(
    Effect.gen(function* () {
      const { seen, fiber } = yield* started
      steal()
      yield* TestClock.adjust(Duration.seconds(16))
      expect(seen.stopped).toBe(true)
      const error = failureOf(yield* Fiber.await(fiber))
      expect(error).toMatchObject({ _tag: "LeaseLost" })
      expect(error).not.toMatchObject({ silent: true })
    }),
  )
  expect(lock()).toMatchObject({ state: "held", fence: 2, owner: { run: "thief" } })
})

test("a remote that refuses signs of life stops the work before the lease ends, with what it said, and not the first time", async () => {
  const { inside, network, lock } = stage()
  await inside(
    Effect.gen(function* () {
      const { seen, fiber } = yield* started
      network("refuses")
      yield* TestClock.adjust(Duration.seconds(16))
      network("there")
      yield* TestClock.adjust(Duration.minutes(1))
      expect([seen.stopped, lock()?.state]).toEqual([false, "held"])
      network("refuses")
      yield* TestClock.adjust(Duration.millis(leaseMs - marginMs))
      expect(seen.stopped).toBe(true)
      expect(failureOf(yield* Fiber.await(fiber))).toMatchObject({ _tag: "RemoteRefused", said: "no" })
    }),
  )
})
