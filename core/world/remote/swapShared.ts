import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { nanoid } from "nanoid"
import { leaseMs, printLock, readLock } from "../../domain/lock/lock.ts"
import type { Cleared } from "../door/door.ts"
import { RefFailed, SwapLost } from "../git/refs.ts"
import type { Expect, Swap, Unshared } from "../git/refs.ts"
import type { PushLost } from "../git/remoteTrouble.ts"
import { type BothSides, broken } from "./bothSides.ts"
import { refreshShared } from "./refreshShared.ts"

/** Moves the shared ones of these refs on the remote by one push, lets the copies here follow, and then moves the rest here. */
export const swapShared = Effect.fnUntraced(function* (sides: BothSides, swaps: readonly Swap[], expect: readonly Expect[] = []) {
  const { local, door, names } = sides
  const shared = swaps.filter(({ ref }) => names.there(ref) !== undefined)
  const fences = expect.filter(({ ref }) => names.there(ref) !== undefined)
  const here = swaps.filter(({ ref }) => names.there(ref) === undefined)
  if (shared.length === 0 && fences.length === 0) return yield* local.swap(swaps, expect)
  const rewritten = yield* Effect.forEach(fences, (fence) => rewrite(sides, fence))
  const moves = [...shared, ...rewritten.map(({ move }) => move)]
  const cleared = yield* door.clear(moves.map((move): Swap => ({ ...move, ref: names.there(move.ref) ?? move.ref })))
  const push = pushing(sides, moves, cleared)
  // Heard to its end: a push that is cut off in the middle may have happened.
  const once = Effect.uninterruptible(
    Effect.gen(function* () {
      // What is pushed is on its way to this disk meanwhile, too.
      const settling = yield* Effect.forkChild(Effect.ignore(sides.objects.settle))
      yield* push
      yield* Fiber.await(settling)
      for (const { move, onRewritten } of rewritten) onRewritten?.(move.to)
      yield* catchUp(sides, moves)
    }),
  )
  // An owner goes on trying as long as its lease lasts; a process that owns nothing yet is told soon.
  const schedule = fences.length > 0 ? patiently : soonAgain
  yield* Effect.retry(once, { schedule, while: (error) => error._tag === "RemoteUnreachable" })
  if (here.length > 0) yield* local.swap(here)
})

/** A push can't verify what it doesn't write: the same lock is written again under a new id. */
const rewrite = Effect.fnUntraced(function* ({ objects }: BothSides, { ref, at, onRewritten }: Expect) {
  const found = at === undefined ? undefined : yield* Effect.mapError(objects.read(at), broken(ref))
  const lock = readLock(found?.data.toString() ?? "")
  if (at === undefined || lock === undefined)
    return yield* new RefFailed({ refs: [ref], reason: "only a lock can be verified on a remote" })
  const to = yield* Effect.mapError(objects.writeBlob(printLock({ ...lock, nonce: nanoid() })), broken(ref))
  return { move: { ref, from: at, to } satisfies Swap, onRewritten }
})

/** One push. Tried again after its answer was lost, it looks first whether the one before happened. */
const pushing = (sides: BothSides, moves: readonly Swap[], cleared: Cleared) => {
  let doubt = false
  return Effect.gen(function* () {
    if (doubt && (yield* happened(sides, moves))) return
    doubt = false
    yield* sides.remote.push(cleared).pipe(
      Effect.tapError((error) =>
        Effect.sync(() => {
          doubt = error._tag === "RemoteUnreachable" && !error.heard
        }),
      ),
      Effect.catchTag("PushLost", (lost) => unlessOurs(sides, moves, lost)),
    )
  })
}

/** Whether a push whose answer was lost did happen. */
const happened = Effect.fnUntraced(function* ({ remote, names }: BothSides, moves: readonly Swap[]) {
  const there = yield* remote.list(moves.flatMap(({ ref }) => names.there(ref) ?? []))
  const now = new Map([...there].map(([ref, oid]) => [names.here(ref), oid]))
  if (isDone(moves, now)) return true
  if (moves.every(({ ref, from }) => now.get(ref) === from)) return false
  return yield* new SwapLost({ refs: moves.map(({ ref }) => ref), said: "moved while the remote could not be heard" })
})

/** A connection that breaks makes curl send a push again by itself: a push may have lost to nothing but itself. */
const unlessOurs = Effect.fnUntraced(function* (sides: BothSides, moves: readonly Swap[], lost: PushLost) {
  const unshared = yield* refreshShared(
    sides,
    moves.map(({ ref }) => ref),
  )
  const seen = new Map<string, string | undefined>()
  for (const { ref } of moves) seen.set(ref, yield* sides.local.read(ref))
  if (!isDone(moves, seen)) return yield* lostTo(lost, unshared)
})

/** Brings the copies here to what was pushed. git moves what follows a branch by itself when it pushes there. */
const catchUp = Effect.fnUntraced(function* (sides: BothSides, moves: readonly Swap[]) {
  const { local } = sides
  const behind = yield* Effect.filter(moves, ({ ref, to }) => Effect.map(local.read(ref), (at) => at !== to))
  // Our copy was not what the remote had: what is there now is asked for, it may be newer still.
  const again = refreshShared(
    sides,
    moves.map(({ ref }) => ref),
  )
  if (behind.length > 0) yield* Effect.catchTag(local.swap(behind), "SwapLost", () => again)
})

/** Trying again would not help where both sides hold what the other doesn't have. */
const lostTo = ({ refs, said }: PushLost, unshared: readonly Unshared[]) =>
  unshared.length === 0
    ? new SwapLost({ refs, said })
    : new RefFailed({
        refs: unshared.map(({ ref }) => ref),
        reason: "it was changed here and on the remote; `osier sync` brings both together",
      })

/**
 * Whether a push of ours happened. A lock or counter that we wrote has a nonce, and a push is done whole or not at all: one of
 * them seen is proof, even if a sign of life of ours has moved another on since. Anything else might be an equal write of another clone.
 */
const isDone = (moves: readonly Swap[], now: ReadonlyMap<string, string | undefined>): boolean => {
  const there = ({ ref, to }: Swap) => now.get(ref) === to
  const written = moves.filter(({ to }) => to !== undefined)
  const proofs = written.filter(({ ref }) => ref.startsWith("refs/osier/locks/") || ref === "refs/osier/ids")
  return proofs.some(there) || (written.length > 0 && moves.every(there))
}

/** Transient network errors are retried for a few seconds; an owner goes on for as long as a lease can last. */
const soonAgain = Schedule.exponential("200 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 4 }))
const patiently = Schedule.spaced("2 seconds").pipe(Schedule.jittered, Schedule.upTo({ duration: leaseMs }))
