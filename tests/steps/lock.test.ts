import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import { worldAt } from "../../core/engine/liveWorld.ts"
import { inspectLock, renewLock, sweepLock, takeLock } from "../../core/steps/lock.ts"
import { makeRepo } from "../support/repo.ts"

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
