import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import { join } from "node:path"
import { assignee } from "../../domain/task/assignee.ts"
import type { Claim } from "../../domain/lock/claim.ts"
import { claimMs } from "../../domain/lock/lock.ts"
import type { Holder } from "../../domain/lock/lock.ts"
import type { Task } from "../../domain/task/task.ts"
import { broughtNonce, dropClaim, fingerprint, heldByUs, readClaim, writeClaim } from "../../steps/task/claims.ts"
import { releaseLock, takeLock } from "../../steps/lock/lock.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { readTask } from "../../steps/task/record.ts"
import { Machine } from "../../world/machine/machine.ts"
import { Mutex } from "../../world/machine/mutex.ts"
import { Repository } from "../../world/git/repository.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { checkoutPlace } from "./checkoutPlace.ts"
import { RunContext } from "../context/runContext.ts"

/** How a task is claimed. */
export interface Claiming {
  readonly forMs?: number | undefined
  /** The e-mail to claim it as. */
  readonly as?: string | undefined
  /** Take it from whoever holds it. */
  readonly steal: boolean
  /** False: work on the branch that is checked out, in the checkout as it is. */
  readonly tree: boolean
  readonly allowOverlap: boolean
}

/** A task's lock in the hands of a session, and what this clone wrote down about it. */
export interface Taken {
  readonly task: Task
  readonly held: Held
  readonly claim: Claim
  /** What stood there before. */
  readonly old: Claim | undefined
  readonly nonce: string
  readonly assigned: string
  /** Whose lock it was until now, free or not. */
  readonly victim: Holder | undefined
  readonly notes: readonly string[]
}

/** Of those who claim in one clone only one is here at a time: no proof is written over a newer one, no checkout taken twice. */
const alone = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const mutex = yield* Mutex
    const { own } = yield* Repository
    return yield* mutex.withLock(join(own, "claims.lock"), effect)
  })

/** Takes the lock for a session, and writes down the proof that it is ours. */
export const takeClaim = (task: Task, claiming: Claiming) => alone(take(task, claiming))

const take = Effect.fn("takeClaim")(function* (task: Task, claiming: Claiming) {
  const { self } = yield* Machine
  const { settings } = yield* RunContext
  const { committer } = yield* RunIdentity
  const checkout = claiming.tree ? undefined : yield* checkoutPlace(task, claiming.allowOverlap)
  const brought = yield* broughtNonce
  const nonce = brought ?? nanoid(32)
  const who = assignee({ flag: claiming.as, setting: settings.email, git: committer.email })
  const leaseMs = claiming.forMs ?? claimMs
  const owner = { session: fingerprint(nonce), host: self.host, email: who.self }
  const before = (yield* heldByUs(task.id, undefined)).seen
  const held = yield* takeLock("task", String(task.id), { owner, leaseMs, steal: claiming.steal })
  const victim = before !== undefined && held.fence === before.lock.fence + 1 ? before.lock.owner : undefined
  const { task: now } = yield* readTask(task.id)
  // Whom a person assigned it to stays, and is told; whoever takes it by force, or takes up what was begun, takes that, too.
  const theirs = claiming.steal || now.status !== "pending" ? undefined : now.assigned_to
  const { assigned, mismatch } = assignee({ task: theirs, flag: who.self })
  const old = yield* readClaim(task.id)
  // Who goes on where another one began in this checkout goes on from the same commit.
  const same = checkout !== undefined && old?.place?.path === checkout.place.path && old.place.branch === checkout.place.branch
  const place = same ? old?.place : (checkout?.place ?? old?.place)
  const claim: Claim = {
    task: task.id,
    leaseMs,
    assigned: theirs === undefined,
    ...(place === undefined ? {} : { place }),
    ...(brought === undefined ? { nonce } : {}),
  }
  yield* writeClaim(claim)
  const notes = [...(mismatch === undefined ? [] : [mismatch]), ...(checkout?.notes ?? [])]
  return { task: now, held, claim, old, nonce, assigned, victim, notes } satisfies Taken
})

/** Undoes it, unless somebody else has it by now. */
export const untakeClaim = ({ held, old, nonce }: Taken) =>
  alone(
    Effect.gen(function* () {
      const id = Number(held.name)
      if (!(yield* heldByUs(id, nonce)).ours) return
      yield* old?.place === undefined ? dropClaim(id) : writeClaim({ task: id, place: old.place })
      yield* releaseLock(held)
    }),
  )
