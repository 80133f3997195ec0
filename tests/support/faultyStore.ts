import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ObjectFailed, Objects } from "../../core/world/git/objects.ts"
import { RefFailed, Refs } from "../../core/world/git/refs.ts"
import type { Moved, SimStore } from "./simStore.ts"

/** How badly a store behaves; chances from 0 to 1. */
export interface Faults {
  /** A question takes up to this long before it is heard, and the answer up to this long to come back. */
  readonly delayMs: number
  /** A question fails and nothing has happened. */
  readonly fails: number
  /** A write has happened, and its caller is told that it failed. */
  readonly unheard: number
  /** A ref's lock file is in the way for good: the write is refused for a reason that trying again doesn't mend. */
  readonly refuses: number
}

export const noFaults: Faults = { delayMs: 1, fails: 0, unheard: 0, refuses: 0 }

/**
 * The refs and objects of a store in memory as one process sees them: late, and with the faults that a real one has on a bad
 * day. A question that was asked is heard to its end, as the live services do it; a process may die before and after.
 */
export const faultyStore = (options: {
  readonly store: SimStore
  readonly roll: () => number
  readonly faults: () => Faults
  /** Told of every transaction in the moment it happens, before its caller hears of it. */
  readonly onSwap: (moves: readonly Moved[]) => void
}) => {
  const { store, roll, faults, onSwap } = options
  const pause = Effect.suspend(() => Effect.sleep(Math.ceil(roll() * faults().delayMs)))
  const ask = <A, E, F>(act: Effect.Effect<A, E>, failed: () => F): Effect.Effect<A, E | F> =>
    Effect.uninterruptible(
      pause.pipe(
        Effect.andThen(Effect.suspend((): Effect.Effect<A, E | F> => (roll() < faults().fails ? Effect.fail(failed()) : act))),
        Effect.tap(() => pause),
      ),
    )
  const object = <A>(name: string, act: () => A) =>
    ask(Effect.sync(act), () => new ObjectFailed({ name, reason: "the disk answered with an error" }))
  const refs = (names: readonly string[]) => () => new RefFailed({ refs: names, reason: "git could not be started" })

  return Layer.mergeAll(
    Layer.succeed(Objects, {
      read: (name) => object(name, () => store.read(name)),
      look: (name) =>
        Effect.map(
          object(name, () => store.read(name)),
          (found) => found && { ...found, size: found.data.length },
        ),
      writeBlob: (data) => object("(new blob)", () => store.writeBlob(data)),
      writeTree: (entries) => object("(new tree)", () => store.writeTree(entries)),
      writeCommit: (fields) => object("(new commit)", () => store.writeCommit(fields)),
      settle: Effect.void,
    }),
    Layer.succeed(Refs, {
      read: (ref) =>
        ask(
          Effect.sync(() => store.ref(ref)),
          refs([ref]),
        ),
      list: (prefix) =>
        ask(
          Effect.sync(() => store.list(prefix)),
          refs([prefix]),
        ),
      swap: (swaps, expect) => {
        const names = [...swaps, ...(expect ?? [])].map(({ ref }) => ref)
        const act = Effect.suspend(() => {
          if (roll() < faults().refuses) return Effect.fail(new RefFailed({ refs: names, reason: `${names[0] ?? ""}.lock exists` }))
          const trouble = store.swap(swaps, expect)
          if (trouble !== undefined) return Effect.fail(trouble)
          onSwap(swaps.map(({ ref, from, to }) => ({ ref, from, to })))
          return roll() < faults().unheard ? Effect.fail(new RefFailed({ refs: names, reason: "git ended without a word" })) : Effect.void
        })
        return ask(act, refs(names))
      },
      refresh: () => Effect.succeed([]),
      vet: () => Effect.void,
    }),
  )
}
