import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import { join } from "node:path"
import { assignee } from "../domain/assignee.ts"
import type { Claim, Place } from "../domain/claim.ts"
import { claimMs, holderText, lockRef } from "../domain/lock.ts"
import type { SessionOwner } from "../domain/lock.ts"
import { overlap } from "../domain/scope.ts"
import type { Task } from "../domain/task.ts"
import { broughtNonce, dropClaim, fingerprint, heldByUs, readClaim, regainClaim, writeClaim } from "../steps/claims.ts"
import { releaseLock, renewLock, takeLock } from "../steps/lock.ts"
import type { Held } from "../steps/lock.ts"
import { listTasks, readTask, taskRef } from "../steps/record.ts"
import { Machine } from "../world/machine.ts"
import { Mutex } from "../world/mutex.ts"
import { Refs } from "../world/refs.ts"
import { Repository } from "../world/repository.ts"
import { RunIdentity } from "../world/runIdentity.ts"
import { WrongState } from "./again.ts"
import { Board } from "./board.ts"
import { checkoutPlace } from "./checkoutPlace.ts"
import { handTree, NotByHand, standingPlace } from "./handTree.ts"
import { reconcile } from "./reconcile.ts"
import { RunContext } from "./runContext.ts"
import { transition, withoutReason } from "./transition.ts"

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

/** A claim as it stands. */
export interface Claimed {
  readonly task: Task
  readonly place: Place | undefined
  readonly email: string
  /** Milliseconds since the epoch. */
  readonly until: number
  readonly fence: number
  /** It was ours before. */
  readonly refreshed: boolean
  /** Who held it until now. */
  readonly from?: string
  /** What the person should know. */
  readonly notes: readonly string[]
}

/**
 * Makes a task the caller's own, who is no process of osier: the lock is taken and stays when this process ends, status
 * and assignee follow from it, and there is a tree to work in. Of all that try exactly one wins; whoever has the claim
 * already, and proves it, only renews it.
 */
export const claimTask = Effect.fn("claimTask")(function* (id: number, claiming: Claiming) {
  const mutex = yield* Mutex
  const { own } = yield* Repository
  const refs = yield* Refs
  const { targetRef } = yield* RunContext
  // With a remote nothing of it may be here yet, and what is here may be old.
  yield* refs.refresh([taskRef(id), lockRef("task", String(id)), targetRef])
  const { task } = yield* readTask(id)
  const again = yield* refreshed(task, claiming)
  if (again !== undefined) return again
  if (task.kind !== undefined) return yield* new NotByHand({ id, kind: task.kind })
  if (!["pending", "running", "failed"].includes(task.status)) return yield* new WrongState({ id, status: task.status, wanted: "pending" })
  if (claiming.tree) return yield* acquire(task, claiming, undefined)
  // Two that look at the checkout at the same time must not both find it free.
  const inCheckout = Effect.gen(function* () {
    return yield* acquire(task, claiming, yield* checkoutPlace(task, claiming.allowOverlap))
  })
  return yield* mutex.withLock(join(own, "claims.lock"), inCheckout)
})

/** Proof of a claim is the nonce that a program brought along, or to stand in the very tree that was claimed. */
const refreshed = Effect.fnUntraced(function* (task: Task, { forMs }: Claiming) {
  const { tree } = yield* Repository
  const known = yield* readClaim(task.id)
  const inside = tree !== undefined && known?.place?.path === tree
  if (!(yield* heldByUs(task.id, broughtNonce() ?? (inside ? known?.nonce : undefined))).ours) return undefined
  const { claim, held } = yield* regainClaim(task.id)
  const renewed: Held = { ...held, leaseMs: forMs ?? held.leaseMs }
  yield* renewLock(renewed)
  yield* writeClaim({ ...claim, leaseMs: renewed.leaseMs })
  const { email } = held.owner
  const again: Claimed = { task, place: claim.place, email, until: renewed.expires, fence: held.fence, refreshed: true, notes: [] }
  return again
})

const acquire = Effect.fnUntraced(function* (
  task: Task,
  claiming: Claiming,
  checkout: { readonly place: Place; readonly notes: readonly string[] } | undefined,
) {
  const { self: machine } = yield* Machine
  const { settings } = yield* RunContext
  const { committer } = yield* RunIdentity
  const board = yield* Board
  const brought = broughtNonce()
  const nonce = brought ?? nanoid(32)
  const who = assignee({ flag: claiming.as, setting: settings.email, git: committer.email })
  const owner: SessionOwner = { session: fingerprint(nonce), host: machine.host, email: who.self }
  const leaseMs = claiming.forMs ?? claimMs
  const before = (yield* heldByUs(task.id, undefined)).seen
  const held = yield* takeLock("task", String(task.id), { owner, leaseMs, steal: claiming.steal })
  const victim = before !== undefined && held.fence === before.lock.fence + 1 ? before.lock.owner : undefined
  const from = claiming.steal && victim !== undefined ? holderText(victim) : undefined
  const follow = Effect.gen(function* () {
    const now = (yield* readTask(task.id)).task
    if (!["pending", "running", "failed"].includes(now.status))
      return yield* new WrongState({ id: task.id, status: now.status, wanted: "pending" })
    // Whom a plan or a person assigned it to stays, and is told; whoever takes it by force takes that, too.
    const theirs = victim !== undefined && now.assigned_to === victim.email ? undefined : now.assigned_to
    const { assigned, mismatch } = assignee({ task: claiming.steal ? undefined : theirs, flag: who.self })
    const old = yield* readClaim(task.id)
    const claim: Claim = {
      ...(old?.place === undefined || checkout !== undefined ? {} : { place: old.place }),
      task: task.id,
      leaseMs,
      assigned: theirs === undefined,
      ...(brought === undefined ? { nonce } : {}),
      ...(checkout === undefined ? {} : { place: checkout.place }),
    }
    yield* writeClaim(claim)
    yield* board.put(now)
    // A run that lives clears up behind itself as soon as it hears that it lost the task.
    const living = from !== undefined && victim !== undefined && !("session" in victim)
    const standing = yield* standingPlace(task.id)
    if (standing === undefined && !living) yield* reconcile(held, now)
    const reason = from === undefined ? {} : { reason: `taken over from ${from} by ${who.self}` }
    const claimed = {
      type: "TaskClaimed",
      task: task.id,
      fence: held.fence,
      owner: holderText(owner),
      ...(from === undefined ? {} : { from }),
    } as const
    const running = yield* transition(
      held,
      (old) => ({ ...withoutReason(old), status: "running", assigned_to: assigned, ...reason }),
      claimed,
    )
    const { place } = checkout ?? (yield* handTree(running, claim))
    const notes = [...(mismatch === undefined ? [] : [mismatch]), ...(checkout?.notes ?? []), ...(yield* oddities(running))]
    for (const message of notes) yield* board.emit({ type: "Warned", task: task.id, message, hint: `osier show ${task.id}` })
    return {
      task: running,
      place,
      email: who.self,
      until: held.expires,
      fence: held.fence,
      refreshed: false,
      notes,
      ...(from === undefined ? {} : { from }),
    } satisfies Claimed
  })
  return yield* Effect.onError(follow, () => Effect.ignore(letGo(held)))
})

/** A claim that came to nothing leaves the task as free as before. */
const letGo = Effect.fnUntraced(function* (held: Held) {
  const id = Number(held.name)
  const { task } = yield* readTask(id)
  if (task.status === "running") {
    const released = { type: "TaskReleased", task: id, reason: "its tree could not be made" } as const
    yield* Effect.ignore(transition(held, (old) => ({ ...withoutReason(old), status: "pending" }), released))
  }
  yield* dropClaim(id)
  yield* releaseLock(held)
})

/** What may come in the way later, while it costs nothing to know. */
const oddities = Effect.fnUntraced(function* (task: Task) {
  const all = yield* listTasks()
  const open = task.needs.filter((need) => all.find((one) => one.id === need)?.status !== "merged")
  const shared = all.flatMap((one) => {
    const both = one.id === task.id || one.status !== "running" ? undefined : overlap(task.scope, one.scope)
    return both === undefined ? [] : [`its scope overlaps with #${one.id}, which is running: ${[...new Set(both)].join(" and ")}`]
  })
  return [...(open.length === 0 ? [] : [`it needs ${open.map((need) => `#${need}`).join(", ")}, not merged yet`]), ...shared]
})
