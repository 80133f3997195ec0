import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, test } from "vitest"
import { worldAt } from "../../../core/live.ts"
import { heartbeatMs, leaseMs, lockRef, printLock, readLock, skewMs, watchMs } from "../../../core/domain/lock/lock.ts"
import type { Lock, Owner } from "../../../core/domain/lock/lock.ts"
import { inspectLock } from "../../../core/steps/lock/inspectLock.ts"
import { releaseLock, renewLock, sweepLock, takeLock } from "../../../core/steps/lock/lock.ts"
import { changeTask, createTask } from "../../../core/steps/task/record.ts"
import { Journal } from "../../../core/world/journal/journal.ts"
import { Machine } from "../../../core/world/machine/machine.ts"
import { Refs, SwapLost } from "../../../core/world/git/refs.ts"
import { RunIdentity } from "../../../core/world/git/runIdentity.ts"
import { Sightings } from "../../../core/world/machine/sightings.ts"
import { faultyMachine } from "../../support/faultyMachine.ts"
import { faultyStore } from "../../support/faultyStore.ts"
import { makeRepo } from "../../support/repo.ts"
import { simStore } from "../../support/simStore.ts"

test("a lock is swept although a sign of life was heard whose giver was stopped before it knew, but never another's", async () => {
  const { path } = makeRepo()
  const mine = await Effect.gen(function* () {
    const held = yield* takeLock("task", "1")
    yield* renewLock({ ...held })
    yield* sweepLock(held)
    const swept = yield* inspectLock(held.ref)
    const again = yield* takeLock("task", "1")
    const thief = yield* takeLock("task", "1", { steal: true, owner: { session: "s1", host: "here", email: "a@b.c" } })
    yield* sweepLock(again)
    return { swept, left: (yield* inspectLock(held.ref))?.oid, thief: thief.oid }
  }).pipe(Effect.provide(Layer.fresh(worldAt(path))), Effect.runPromise)
  expect(mine.swept).toBeUndefined()
  expect(mine.left).toBe(mine.thief)
})

test("a lock that is deleted or forged past its living owner comes back; who took it is believed, and a lease that is over is not", async () => {
  const { path, git, write } = makeRepo()
  const forge = (text: string) => {
    write(".git/forged", text)
    return git("hash-object", "-w", ".git/forged")
  }
  const seen = await Effect.gen(function* () {
    const { self } = yield* Machine
    const held = yield* takeLock("task", "1")
    const at = (): Lock | undefined => readLock(git("cat-file", "-p", held.ref))
    const found = at()
    if (found === undefined) throw new Error("no lock")
    const dead = { ...self, pid: 999_999_999, run: "dead", email: "a@b.c" }
    const states: unknown[] = []
    for (const text of ["", "nonsense", printLock({ ...found, state: "free" }), printLock({ ...found, owner: dead })]) {
      git("update-ref", ...(text === "" ? ["-d", held.ref] : [held.ref, forge(text)]))
      yield* renewLock(held)
      states.push([at()?.state, at()?.fence, at()?.owner])
    }
    const taken = forge(printLock({ ...found, owner: { session: "s1", host: "ash", email: "eve@b.c" } }))
    git("update-ref", held.ref, taken)
    const lost = yield* Effect.flip(renewLock(held))
    git("update-ref", "-d", held.ref)
    const late = yield* Effect.flip(renewLock({ ...held, expires: 0 }))
    const journal = yield* Journal
    yield* journal.flush
    const told = yield* Stream.runCollect(Stream.filter(journal.read(0), ({ type }) => type === "RefRestored"))
    return { states, owner: held.owner, lost: lost._tag, late: late._tag, told: told.length }
  }).pipe(Effect.provide(Layer.fresh(worldAt(path))), Effect.runPromise)
  expect(seen.states).toEqual([1, 2, 3, 4].map(() => ["held", 1, seen.owner]))
  expect(seen).toMatchObject({ lost: "LeaseLost", late: "LeaseLost", told: 4 })
})

test("a lock whose ref is gone goes on behind the fence that the task's record knows", async () => {
  const { path } = makeRepo()
  const fences = await Effect.gen(function* () {
    const now = "2026-11-20T10:00:00.000Z"
    const lists = { labels: [], needs: [], scope: [], acceptance: [], attempts: [] }
    yield* createTask({
      id: 1,
      title: "a",
      status: "pending",
      priority: "normal",
      ...lists,
      created: now,
      updated: now,
      extra: {},
      prompt: "",
    })
    const first = yield* takeLock("task", "1")
    yield* releaseLock(first)
    const held = yield* takeLock("task", "1")
    yield* changeTask(1, (task) => ({ ...task, status: "running" }), { held })
    const refs = yield* Refs
    yield* refs.swap([{ ref: held.ref, from: held.oid, to: undefined }])
    return [first, held, yield* takeLock("task", "1")].map(({ fence }) => fence)
  }).pipe(Effect.provide(Layer.fresh(worldAt(path))), Effect.runPromise)
  expect(fences).toEqual([1, 2, 3])
})

test("a number that a new process got does not keep the lock of the dead one; the process itself, alive, does", async () => {
  const { path } = makeRepo()
  const ended = await Effect.gen(function* () {
    const { self } = yield* Machine
    const owner: Owner = { ...self, run: "theirs", email: "dev@example.com" }
    // We ourselves are the process that got the number.
    yield* takeLock("task", "1", { owner: { ...owner, started: `${self.started}1` } })
    const taken = yield* takeLock("task", "1")
    yield* takeLock("task", "2", { owner })
    return { self, taken, held: yield* Effect.flip(takeLock("task", "2")) }
  }).pipe(Effect.provide(Layer.fresh(worldAt(path))), Effect.runPromise)
  expect(ended.taken).toMatchObject({ fence: 2, owner: { pid: ended.self.pid, started: ended.self.started } })
  expect(ended.held).toMatchObject({ _tag: "LockHeld", exit: 4, lock: { fence: 1, owner: { run: "theirs" } } })
})

/** Osier here wants a lock that somebody elsewhere has; both in simulated time, each by a clock of its own. */
const contest = (theirs: Owner, clockMs: number) => {
  const store = simStore()
  const ref = lockRef("task", "1")
  const here: Owner = { host: "ash", boot: "b", pid: 1, started: "1", run: "me", email: "dev@example.com" }
  const world = Layer.mergeAll(
    faultyStore({ store, roll: () => 0.5, faults: () => ({ delayMs: 0, fails: 0, unheard: 0, refuses: 0 }), onSwap: () => undefined }),
    faultyMachine({ self: here, isDead: () => true, hidden: () => 0, roll: () => 0.5 }),
    Sightings.layer,
    Layer.succeed(RunIdentity, { run: "me", owner: here, committer: { name: "Dev", email: here.email }, stated: true }),
  ).pipe(Layer.provideMerge(TestClock.layer()))
  let beats = 0
  /** A sign of life of theirs, dated by their clock. */
  const beat = Effect.map(Clock.currentTimeMillis, (now) => {
    const expires = now + clockMs + leaseMs
    const acquired = new Date(0).toISOString()
    const text = printLock({ state: "held", owner: theirs, acquired, expires, leaseMs, fence: 7, nonce: `beat ${beats++}` })
    store.swap([{ ref, from: store.ref(ref), to: store.writeBlob(text) }])
    return now
  })
  const seen: { tries: number; taken: { readonly at: number; readonly fence: number } | undefined } = { tries: 0, taken: undefined }
  /** Asks for it every second, as a run with nothing else to do would at most. */
  const wanting = Effect.gen(function* () {
    while (seen.taken === undefined) {
      const held = yield* takeLock("task", "1").pipe(Effect.catchTag("LockHeld", () => Effect.succeed(undefined)))
      seen.tries++
      if (held === undefined) yield* Effect.sleep(Duration.seconds(1))
      else seen.taken = { at: yield* Clock.currentTimeMillis, fence: held.fence }
    }
  })
  const story = Effect.gen(function* () {
    // A clock that is behind must have been set at some time.
    yield* TestClock.setTime(Date.UTC(2026, 0, 1))
    yield* beat
    yield* Effect.forkChild(wanting, { startImmediately: true })
    let last = 0
    for (let round = 0; round < 90; round++) {
      yield* TestClock.adjust(Duration.millis(heartbeatMs))
      last = yield* beat
    }
    const whileAlive = seen.taken
    yield* TestClock.adjust(Duration.minutes(3))
    return { whileAlive, tries: seen.tries, taken: seen.taken, last }
  })
  return Effect.runPromise(story.pipe(Effect.provide(world), Effect.provide(Logger.layer([]))))
}

/** At most this much later than the lease allows: what a look takes, before the last sign of life is seen and after. */
const lateMs = 6_000

describe("a lock of another machine is never taken while it moves, and is once it stood still before our eyes", () => {
  const birch: Owner = { host: "birch", boot: "c", pid: 9, started: "9", run: "theirs", email: "other@example.com" }
  test.each([
    ["10 minutes behind", birch, -600_000, watchMs],
    ["10 minutes ahead", birch, 600_000, leaseMs + skewMs],
    ["right", birch, 0, watchMs],
    // Nobody can tell whether it is this machine under its old name: its processes are not looked up.
    ["that of this machine before it was renamed", { ...birch, boot: "b", pid: 1, started: "1" }, 0, watchMs],
  ])("its clock is %s", async (_, theirs, clockMs, silentMs) => {
    const { whileAlive, tries, taken, last } = await contest(theirs, clockMs)
    expect(whileAlive).toBeUndefined()
    // It was asked for all the while, or this shows nothing.
    expect(tries).toBeGreaterThan(90)
    expect(taken?.fence).toBe(8)
    expect((taken?.at ?? 0) - last).toBeGreaterThanOrEqual(silentMs)
    expect((taken?.at ?? 0) - last).toBeLessThanOrEqual(silentMs + lateMs + (clockMs === 0 ? leaseMs + skewMs - watchMs : 0))
  })
})

test("a machine that was renamed says of its own processes that it does not know", async () => {
  const said = await Machine.use((machine) => machine.liveness({ ...machine.self, host: `${machine.self.host}-before` })).pipe(
    Effect.provide(Machine.layer),
    Effect.runPromise,
  )
  expect(said).toBe("unknown")
})

test("a lock that is always lost to others in the last moment is given up in the end", async () => {
  const store = simStore()
  const owner: Owner = { host: "ash", boot: "b", pid: 1, started: "1", run: "me", email: "dev@example.com" }
  const calm = { delayMs: 0, fails: 0, unheard: 0, refuses: 0 }
  const losing = Layer.effect(
    Refs,
    Effect.map(Effect.service(Refs), (refs) => ({
      ...refs,
      swap: () => Effect.andThen(TestClock.adjust(Duration.seconds(1)), new SwapLost({ refs: [], said: "" })),
    })),
  ).pipe(Layer.provideMerge(faultyStore({ store, roll: () => 0.5, faults: () => calm, onSwap: () => undefined })))
  const world = Layer.mergeAll(
    losing,
    faultyMachine({ self: owner, isDead: () => false, hidden: () => 0, roll: () => 0.5 }),
    Sightings.layer,
    Layer.succeed(RunIdentity, { run: "me", owner, committer: { name: "Dev", email: owner.email }, stated: true }),
  ).pipe(Layer.provideMerge(TestClock.layer()))
  const ended = Effect.flip(takeLock("target", "main")).pipe(Effect.timeoutOption("1 hour"), Effect.provide(world))
  expect(Option.getOrUndefined(await Effect.runPromise(ended))).toMatchObject({
    _tag: "RefFailed",
    message: expect.stringContaining("201 times"),
  })
})
