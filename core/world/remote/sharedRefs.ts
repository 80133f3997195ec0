import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { nanoid } from "nanoid"
import { leaseMs, printLock, readLock } from "../../domain/lock/lock.ts"
import { sharedNames } from "../../domain/git/sharedNames.ts"
import { type Cleared, Door } from "../door/door.ts"
import { Git } from "../git/git.ts"
import { Objects } from "../git/objects.ts"
import { RefFailed, Refs, SwapLost } from "../git/refs.ts"
import type { Expect, Swap, Unshared } from "../git/refs.ts"
import { Remote } from "./remote.ts"
import type { PushLost } from "../git/remoteTrouble.ts"
import { Repository } from "../git/repository.ts"

/**
 * The refs of the repository, some of which belong to everybody who uses the remote: these move there first, by one atomic
 * push that states what it expects, and here only follow. What stands here is what was last seen there.
 */
export const sharedRefs = (name: string) =>
  Layer.effect(
    Refs,
    Effect.gen(function* () {
      const local = yield* Refs
      const remote = yield* Remote
      const door = yield* Door
      const objects = yield* Objects
      const git = yield* Git
      const { commonDir } = yield* Repository
      const names = sharedNames(name)

      /** Our copy of what was seen there; whoever saw something newer meanwhile has moved it on already. */
      const follow = Effect.fnUntraced(function* (moves: readonly Swap[]) {
        const each = Effect.forEach(moves, (move) => local.swap([move]).pipe(Effect.catchTag("SwapLost", () => Effect.void)), {
          discard: true,
        })
        if (moves.length > 0) yield* Effect.catchTag(local.swap(moves), "SwapLost", () => each)
      })

      /** Of these commits of tasks, those with something that the remote's own do not have. */
      const ahead = Effect.fnUntraced(function* (pairs: readonly Swap[]) {
        if (pairs.length === 0) return new Set<string>()
        const input = pairs.map(({ from, to }) => `${from}\n^${to}\n`).join("")
        const failed = (error: { readonly message: string }) => new RefFailed({ refs: pairs.map(({ ref }) => ref), reason: error.message })
        const text = yield* git
          .text(["--git-dir", commonDir, "rev-list", "--stdin"], { cwd: commonDir, input })
          .pipe(Effect.mapError(failed))
        return new Set(text.split("\n"))
      })

      const isHere = (ref: string, oid: string | undefined) =>
        oid === undefined
          ? Effect.succeed(true)
          : Effect.map(Effect.mapError(objects.look(oid), broken(ref)), (found) => found !== undefined)

      /** What is here and there below these names, with the objects of what is new brought here. */
      const compare = Effect.fnUntraced(function* (wanted: readonly string[], shared: readonly string[]) {
        const before = new Map<string, string>()
        for (const ref of wanted) {
          const here = ref.endsWith("/") ? yield* local.list(ref) : new Map([[ref, yield* local.read(ref)]])
          for (const [one, oid] of here) if (oid !== undefined) before.set(one, oid)
        }
        const heard = yield* remote.list(shared)
        door.heard(heard)
        const there = new Map(
          [...heard].map(([ref, oid]): [string, string] => [names.here(ref), oid]).filter(([ref]) => isWanted(ref, wanted)),
        )
        const moved = [...there]
          .filter(([ref, oid]) => before.get(ref) !== oid)
          .map(([ref, to]): Swap => ({ ref, from: before.get(ref), to }))
        const fetched = remote.fetch(moved.map(({ ref }) => names.there(ref) ?? ref))
        // Fetched without asking whether they are here: a partial clone would answer that by one fetch for each of them.
        // One that was deleted in this moment can't be fetched; the next look sees it gone.
        if (moved.length > 0)
          yield* Effect.catchTag(fetched, "RemoteRefused", (error) => (error.reason === "missing" ? Effect.void : Effect.fail(error)))
        const late = yield* Effect.filter(moved, ({ ref, to }) => Effect.map(isHere(ref, to), (here) => !here))
        return { before, there, moved, late }
      })

      const refresh = Effect.fnUntraced(function* (wanted: readonly string[]) {
        const shared = wanted.flatMap((ref) => names.there(ref) ?? [])
        if (shared.length === 0) return []
        let found = yield* compare(wanted, shared)
        // Between the list and the fetch somebody moved on, and what was listed is nowhere any more.
        for (let round = 1; found.late.length > 0 && round < rounds; round++) found = yield* compare(wanted, shared)
        const late = new Set(found.late.map(({ ref }) => ref))
        const moved = found.moved.filter(({ ref }) => !late.has(ref))
        const unshared = yield* ahead(moved.filter(({ ref, from }) => from !== undefined && isTask(ref)))
        const missing = [...found.before].filter(([ref]) => !found.there.has(ref))
        const gone = missing.filter(([ref]) => !isTask(ref))
        yield* follow([
          ...moved.filter(({ from }) => from === undefined || !unshared.has(from)),
          ...gone.map(([ref, from]): Swap => ({ ref, from, to: undefined })),
        ])
        return [
          ...missing.filter(([ref]) => isTask(ref)).map(([ref, here]): Unshared => ({ ref, here, there: undefined })),
          ...moved.flatMap(({ ref, from, to }): readonly Unshared[] =>
            from !== undefined && unshared.has(from) ? [{ ref, here: from, there: to }] : [],
          ),
        ]
      })

      /** A push can't verify what it doesn't write: the same lock is written again under a new id. */
      const rewrite = Effect.fnUntraced(function* ({ ref, at, onRewritten }: Expect) {
        const found = at === undefined ? undefined : yield* Effect.mapError(objects.read(at), broken(ref))
        const lock = readLock(found?.data.toString() ?? "")
        if (at === undefined || lock === undefined)
          return yield* new RefFailed({ refs: [ref], reason: "only a lock can be verified on a remote" })
        const to = yield* Effect.mapError(objects.writeBlob(printLock({ ...lock, nonce: nanoid() })), broken(ref))
        return { move: { ref, from: at, to } satisfies Swap, onRewritten }
      })

      /** Whether a push whose answer was lost did happen. */
      const happened = Effect.fnUntraced(function* (moves: readonly Swap[]) {
        const there = yield* remote.list(moves.flatMap(({ ref }) => names.there(ref) ?? []))
        const now = new Map([...there].map(([ref, oid]) => [names.here(ref), oid]))
        if (isDone(moves, now)) return true
        if (moves.every(({ ref, from }) => now.get(ref) === from)) return false
        return yield* new SwapLost({ refs: moves.map(({ ref }) => ref), said: "moved while the remote could not be heard" })
      })

      /** One try; said again after an answer that was lost, it looks first whether that one happened. */
      const pushing = (moves: readonly Swap[], cleared: Cleared) => {
        let doubt = false
        return Effect.gen(function* () {
          if (doubt && (yield* happened(moves))) return
          doubt = false
          yield* remote.push(cleared).pipe(
            Effect.tapError((error) =>
              Effect.sync(() => {
                doubt = error._tag === "RemoteUnreachable" && !error.heard
              }),
            ),
            Effect.catchTag("PushLost", (lost) =>
              Effect.gen(function* () {
                const unshared = yield* refresh(moves.map(({ ref }) => ref))
                const seen = new Map<string, string | undefined>()
                for (const { ref } of moves) seen.set(ref, yield* local.read(ref))
                // A connection that breaks makes curl send a push again by itself: it may have lost to nobody but itself.
                if (!isDone(moves, seen)) return yield* lostTo(lost, unshared)
              }),
            ),
          )
        })
      }

      const swap = Effect.fnUntraced(function* (swaps: readonly Swap[], expect: readonly Expect[] = []) {
        const shared = swaps.filter(({ ref }) => names.there(ref) !== undefined)
        const fences = expect.filter(({ ref }) => names.there(ref) !== undefined)
        const here = swaps.filter(({ ref }) => names.there(ref) === undefined)
        if (shared.length === 0 && fences.length === 0) return yield* local.swap(swaps, expect)
        const rewritten = yield* Effect.forEach(fences, rewrite)
        const moves = [...shared, ...rewritten.map(({ move }) => move)]
        const push = pushing(moves, yield* door.clear(moves.map((move): Swap => ({ ...move, ref: names.there(move.ref) ?? move.ref }))))
        // Heard to its end: a push that is cut off in the middle may have happened.
        const once = Effect.uninterruptible(
          Effect.gen(function* () {
            // What is pushed is on its way to this disk meanwhile, too.
            const settling = yield* Effect.forkChild(Effect.ignore(objects.settle))
            yield* push
            yield* Fiber.await(settling)
            for (const { move, onRewritten } of rewritten) onRewritten?.(move.to)
            // git moves what follows a branch by itself when it pushes there.
            const behind = yield* Effect.filter(moves, ({ ref, to }) => Effect.map(local.read(ref), (at) => at !== to))
            // Our copy was not what the remote had: what is there now is asked for, it may be newer still.
            const again = refresh(moves.map(({ ref }) => ref))
            if (behind.length > 0) yield* Effect.catchTag(local.swap(behind), "SwapLost", () => again)
          }),
        )
        // An owner goes on trying as long as its lease lasts; whoever owns nothing yet is told soon.
        const schedule = fences.length > 0 ? patiently : soonAgain
        yield* Effect.retry(once, { schedule, while: (error) => error._tag === "RemoteUnreachable" })
        if (here.length > 0) yield* local.swap(here)
      })

      const vet = (swaps: readonly Swap[]) => remote.vet(swaps.flatMap((move) => ({ ...move, ref: names.there(move.ref) ?? move.ref })))

      return { read: local.read, list: local.list, swap, refresh, vet }
    }),
  )

const isTask = (ref: string): boolean => ref.startsWith("refs/osier/tasks/")

/** Trying again would not help where both sides hold what the other doesn't have. */
const lostTo = ({ refs, said }: PushLost, unshared: readonly Unshared[]) =>
  unshared.length === 0
    ? new SwapLost({ refs, said })
    : new RefFailed({
        refs: unshared.map(({ ref }) => ref),
        reason: "it was changed here and on the remote; `osier sync` brings both together",
      })

const isWanted = (ref: string, wanted: readonly string[]): boolean =>
  wanted.some((one) => (one.endsWith("/") ? ref.startsWith(one) : ref === one))

/**
 * Whether a push of ours happened. A lock or counter that we wrote has a nonce, and a push is done whole or not at all: one of
 * them seen is proof, even if a sign of life of ours has moved another on since. Anything else might be somebody's equal.
 */
const isDone = (moves: readonly Swap[], now: ReadonlyMap<string, string | undefined>): boolean => {
  const there = ({ ref, to }: Swap) => now.get(ref) === to
  const written = moves.filter(({ to }) => to !== undefined)
  const proofs = written.filter(({ ref }) => ref.startsWith("refs/osier/locks/") || ref === "refs/osier/ids")
  return proofs.some(there) || (written.length > 0 && moves.every(there))
}

const broken = (ref: string) => (error: { readonly message: string }) => new RefFailed({ refs: [ref], reason: error.message })

/** How often a look is begun anew because somebody was faster. */
const rounds = 5

/** A network that stumbles is given a few seconds before anybody is told; an owner goes on for as long as a lease can last. */
const soonAgain = Schedule.exponential("200 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 4 }))
const patiently = Schedule.spaced("2 seconds").pipe(Schedule.jittered, Schedule.upTo({ duration: leaseMs }))
