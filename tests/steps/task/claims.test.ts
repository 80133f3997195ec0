import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import { worldAt } from "../../../core/live.ts"
import type { Holder, Lock } from "../../../core/domain/lock/lock.ts"
import { lockRef, printLock } from "../../../core/domain/lock/lock.ts"
import type { Status } from "../../../core/domain/task/task.ts"
import { dropClaim, fingerprint, heldByUs, NotClaimed, readClaim, regainClaim, writeClaim } from "../../../core/steps/task/claims.ts"
import { fenceOf, renewLock, takeLock } from "../../../core/steps/lock/lock.ts"
import type { Held, Taking } from "../../../core/steps/lock/lock.ts"
import { Machine } from "../../../core/world/machine/machine.ts"
import { Objects } from "../../../core/world/git/objects.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import { makeRepo } from "../../support/repo.ts"

type World = Layer.Success<ReturnType<typeof worldAt>>
const inWorld = <A, E>(path: string, effect: Effect.Effect<A, E, World>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, worldAt(path)))

const session = (nonce: string): Holder => ({ session: fingerprint(nonce), host: "ash", email: `${nonce}@example.com` })
const claiming = (nonce: string, more: Partial<Taking> = {}): Taking => ({ owner: session(nonce), leaseMs: 3_600_000, ...more })
const ref = lockRef("task", "1")

/** The tag of what it fails with, or the fence of what it took. */
const outcome = <R>(taking: Effect.Effect<Held, { readonly _tag: string }, R>) =>
  Effect.match(taking, { onSuccess: (held) => held.fence, onFailure: (error) => error._tag })

test("whose lock it is decides: own, alive, dead, unknown, another host's, a recycled number", async () => {
  const repo = makeRepo()
  await inWorld(
    repo.path,
    Effect.gen(function* () {
      const [refs, objects, { self }] = [yield* Refs, yield* Objects, yield* Machine]
      const put = Effect.fnUntraced(function* (owner: Holder, expires: number) {
        const lock: Lock = {
          state: "held",
          owner,
          acquired: new Date(0).toISOString(),
          expires,
          leaseMs: 60_000,
          fence: 7,
          nonce: String(expires),
        }
        yield* refs.swap([{ ref, from: yield* refs.read(ref), to: yield* objects.writeBlob(printLock(lock)) }])
      })
      const soon = Date.now() + 60_000
      const run = { run: "r1", email: "dev@example.com" }
      const cases: readonly (readonly [string, Holder, number, string | number])[] = [
        ["a living process", { ...self, ...run }, soon, "LockHeld"],
        ["a process that is gone", { ...self, ...run, pid: 4_194_000 }, soon, 8],
        ["a number that another process has now", { ...self, ...run, started: "1" }, soon, 8],
        ["another host", { ...self, ...run, host: "birch" }, soon, "LockHeld"],
        ["an earlier start of this machine", { ...self, ...run, boot: "another" }, soon, 8],
        ["a claim", session("a"), soon, "LockHeld"],
        ["a claim that ran out", session("a"), Date.now() - 10_000, 8],
      ]
      for (const [what, owner, expires, expected] of cases) {
        yield* put(owner, expires)
        expect([what, yield* outcome(takeLock("task", "1", claiming("b")))]).toEqual([what, expected])
      }
      yield* refs.swap([{ ref, from: yield* refs.read(ref), to: yield* objects.writeBlob('{"state":"held"') }])
      expect(yield* outcome(takeLock("task", "1", claiming("b", { steal: true })))).toBe("LockBroken")
    }),
  )
})

test("by force it is one swap: fence and all, and of all who try at once one has it", async () => {
  const repo = makeRepo()
  await inWorld(
    repo.path,
    Effect.gen(function* () {
      const refs = yield* Refs
      const first = yield* takeLock("task", "1", claiming("a"))
      const stolen = yield* takeLock("task", "1", claiming("b", { steal: true }))
      expect([first.fence, stolen.fence]).toEqual([1, 2])
      expect(yield* Effect.flip(renewLock(first))).toMatchObject({ _tag: "LeaseLost" })
      // what the old owner would have landed does not move
      const head = repo.git("rev-parse", "HEAD")
      const late = refs.swap([{ ref: "refs/heads/late", from: undefined, to: head }], [fenceOf(first)])
      expect(yield* Effect.flip(late)).toMatchObject({ _tag: "SwapLost" })
    }),
  )
  // each in a process's world of its own
  const racers = ["c", "d", "e", "f"].map((name) =>
    inWorld(repo.path, outcome(takeLock("task", "1", claiming(name, { steal: name !== "f" })))),
  )
  const ended = await Promise.all(racers)
  expect(ended[3]).toBe("LockHeld")
  const fences = ended.filter((one) => typeof one === "number").toSorted((a, b) => a - b)
  expect(fences).toEqual(fences.map((_, at) => at + 3))
  expect(fences.length).toBeGreaterThan(0)
})

test("a claim comes back to whoever has its nonce, and to nobody else", async () => {
  const repo = makeRepo()
  const place = { path: repo.path, branch: "main", base: "0", tree: false }
  await inWorld(
    repo.path,
    Effect.gen(function* () {
      expect(yield* Effect.flip(regainClaim(1))).toMatchObject({ _tag: "NoSuchTask", exit: 2 })
      const taken = yield* takeLock("task", "1", claiming("a"))
      expect(yield* Effect.flip(regainClaim(1))).toMatchObject({ _tag: "LockHeld", exit: 4 })
      yield* writeClaim({ task: 1, nonce: "b", place })
      expect(yield* Effect.flip(regainClaim(1))).toMatchObject({ _tag: "LockHeld" })
      yield* writeClaim({ task: 1, nonce: "a", place, leaseMs: 3_600_000 })
      const { held, claim } = yield* regainClaim(1)
      expect([held.fence, held.oid, claim.place]).toEqual([taken.fence, taken.oid, place])
      yield* renewLock(held)
      expect((yield* heldByUs(1, "a")).seen?.lock).toMatchObject({ fence: 1, acquired: taken.acquired })
      yield* dropClaim(1)
      expect(yield* readClaim(1)).toBeUndefined()
    }),
  )
})

test("who gives back or finishes what nobody has claimed hears what to type, wherever the task stands", () => {
  const hint = (status: Status) => new NotClaimed({ id: 1, status }).hint
  expect(hint("pending")).toContain("osier claim 1")
  expect(hint("completed")).toContain("osier land 1")
  expect(hint("merged")).toContain("osier show 1")
})
