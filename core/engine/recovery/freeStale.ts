import * as Effect from "effect/Effect"
import { holderText, watchMs } from "../../domain/lock/lock.ts"
import { freeLock, isOpen } from "../../steps/lock/lock.ts"
import { surveyLocks } from "../../steps/lock/surveyLocks.ts"
import type { SeenLock } from "../../steps/lock/surveyLocks.ts"
import { Refs } from "../../world/git/refs.ts"
import { steadyMs } from "../../world/machine/steadyMs.ts"
import { Board } from "../context/board.ts"
import type { Left, Removed } from "../tree/sweepOver.ts"

/** How often a lock of another machine is looked at while it is watched. */
const lookMs = 2_500

/**
 * Frees locks whose owner is proven dead or whose lease is over, each by one compare-and-swap that keeps the fence. A lease
 * from another machine that looks over is watched for a moment first, all of them together: its clock may be wrong.
 */
export const freeStale = Effect.fn("freeStale")(function* (dryRun: boolean) {
  const [board, refs] = [yield* Board, yield* Refs]
  const removed: Removed[] = []
  const left: Left[] = []
  const { locks, broken } = yield* surveyLocks()
  for (const ref of broken)
    left.push({ what: "lock", name: ref, why: "it holds no lock record, so that nobody can tell whose it is: osier doctor" })
  for (const { standing, ref, lock, alive } of locks)
    if (standing === "held") left.push({ what: "lock", name: ref, why: `held by ${holderText(lock.owner)}, who is ${alive}` })
  const began = yield* steadyMs
  let stale = locks.filter(({ standing }) => standing === "dead" || standing === "over")
  for (;;) {
    const watched: SeenLock[] = []
    for (const one of stale) {
      const { ref, lock, standing } = one
      const why = standing === "dead" ? `${holderText(lock.owner)} is proven dead` : `the lease of ${holderText(lock.owner)} is over`
      if (!(yield* isOpen(ref, one))) watched.push(one)
      else if (dryRun || (yield* freeLock(ref, one))) {
        removed.push({ what: "lock", name: ref, proof: `${why}; fence ${lock.fence} stays` })
        if (!dryRun) yield* board.emit({ type: "Recovered", what: `the lock ${ref} is free again: ${why}` })
      } else left.push({ what: "lock", name: ref, why: "somebody took it meanwhile" })
    }
    if (watched.length === 0) break
    if (dryRun || (yield* steadyMs) - began > 2 * watchMs) {
      const why = "its lease looks over by the clock here; without --dry-run it is watched for a moment, and then freed"
      left.push(...watched.map(({ ref }): Left => ({ what: "lock", name: ref, why })))
      break
    }
    yield* Effect.sleep(lookMs)
    yield* refs.refresh(watched.map(({ ref }) => ref))
    const now = new Map((yield* surveyLocks()).locks.map((one) => [one.ref, one]))
    for (const { ref, oid } of watched)
      if (now.get(ref)?.oid !== oid)
        left.push({ what: "lock", name: ref, why: "it still gives signs of life: the clock here or there is wrong" })
    stale = watched.filter(({ ref, oid }) => now.get(ref)?.oid === oid)
  }
  return { removed, left }
})
