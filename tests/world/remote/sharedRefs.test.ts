import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { expect, test } from "vitest"
import { leaseMs, printLock } from "../../../core/domain/lock/lock.ts"
import { Git } from "../../../core/world/git/git.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import { Remote } from "../../../core/world/remote/remote.ts"
import { RemoteUnreachable } from "../../../core/world/git/remoteTrouble.ts"
import { Repository } from "../../../core/world/git/repository.ts"
import { sharedRefs } from "../../../core/world/remote/sharedRefs.ts"
import { openDoor } from "../../support/cleared.ts"
import { faultyStore } from "../../support/faultyStore.ts"
import { simStore } from "../../support/simStore.ts"

test("an owner whose remote stays silent is told when its lease can't last any longer, and does not try for ever", async () => {
  const store = simStore()
  const lock = "refs/osier/locks/task/1"
  const owner = { host: "ash", boot: "b", pid: 1, started: "1", run: "me", email: "dev@example.com" }
  const at = store.writeBlob(printLock({ state: "held", owner, acquired: "", expires: 0, leaseMs, fence: 1, nonce: "n" }))
  store.swap([{ ref: lock, from: undefined, to: at }])
  let pushes = 0
  const silent = new RemoteUnreachable({ remote: "origin", said: "no route to host", heard: true })
  const remote = Layer.mock(Remote)({
    push: () =>
      Effect.suspend(() => {
        pushes++
        return Effect.fail(silent)
      }),
  })
  const calm = { delayMs: 0, fails: 0, unheard: 0, refuses: 0 }
  const below = Layer.mergeAll(
    faultyStore({ store, roll: () => 0.5, faults: () => calm, onSwap: () => undefined }),
    remote,
    openDoor,
    Layer.mock(Git)({}),
    Layer.succeed(Repository, {
      ...{ root: "/r", gitDir: "/r/.git", commonDir: "/r/.git", bare: false, objectFormat: "sha1", own: "/r/.git/osier", name: "r" },
      zero: "0".repeat(40),
    }),
  )
  const world = sharedRefs("origin").pipe(Layer.provideMerge(below), Layer.provideMerge(TestClock.layer()))
  const ended = await Effect.gen(function* () {
    const refs = yield* Refs
    const move = { ref: "refs/osier/tasks/1", from: undefined, to: store.writeBlob("task") }
    const fiber = yield* Effect.forkChild(Effect.flip(refs.swap([move], [{ ref: lock, at }])), { startImmediately: true })
    yield* TestClock.adjust(Duration.millis(2 * leaseMs))
    const told = fiber.pollUnsafe()
    yield* Fiber.interrupt(fiber)
    return told
  }).pipe(Effect.provide(world), Effect.runPromise)
  expect(ended).toMatchObject({ _tag: "Success", value: { _tag: "RemoteUnreachable", said: "no route to host" } })
  expect(pushes).toBeGreaterThan(5)
})
