import * as Effect from "effect/Effect"
import type { Place } from "../../domain/lock/claim.ts"
import { holderText, lockRef } from "../../domain/lock/lock.ts"
import { overlap } from "../../domain/task/scope.ts"
import type { Task } from "../../domain/task/task.ts"
import { broughtNonce, heldByUs, readClaim, regainClaim, writeClaim } from "../../steps/task/claims.ts"
import { renewLock } from "../../steps/lock/lock.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { listTasks, readTask, taskRef } from "../../steps/task/record.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { WrongState } from "../run/again.ts"
import { Board } from "../context/board.ts"
import { handTree, NotByHand, standingPlace } from "../tree/handTree.ts"
import { branchFor } from "../tree/plant.ts"
import { reconcile } from "../recovery/reconcile.ts"
import { RunContext } from "../context/runContext.ts"
import { takeClaim, untakeClaim } from "./takeClaim.ts"
import type { Claiming, Taken } from "./takeClaim.ts"
import { transition, withoutReason } from "../context/transition.ts"

/** States in which somebody may begin to work. */
const claimable: ReadonlySet<string> = new Set(["pending", "running", "failed"])

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
  const refs = yield* Refs
  const { targetRef } = yield* RunContext
  // With a remote nothing of it may be here yet, and what is here may be old.
  yield* refs.refresh([taskRef(id), lockRef("task", String(id)), targetRef])
  const { task } = yield* readTask(id)
  const again = yield* refreshed(task, claiming)
  if (again !== undefined) return again
  if (task.kind !== undefined) return yield* new NotByHand({ id, kind: task.kind })
  if (!claimable.has(task.status)) return yield* new WrongState({ id, status: task.status, wanted: "pending" })
  const taken = yield* takeClaim(task, claiming)
  return yield* Effect.onError(follow(taken, claiming), () => Effect.ignore(letGo(taken)))
})

/** Proof of a claim is the nonce that a program brought along, or to stand in the very tree that was claimed. */
const refreshed = Effect.fnUntraced(function* (task: Task, { forMs }: Claiming) {
  const { tree } = yield* Repository
  const known = yield* readClaim(task.id)
  const inside = tree !== undefined && known?.place?.path === tree
  if (!(yield* heldByUs(task.id, (yield* broughtNonce) ?? (inside ? known?.nonce : undefined))).ours) return undefined
  if (known?.place?.tree === true) yield* standingPlace(task.id)
  const { claim, held } = yield* regainClaim(task.id)
  const renewed: Held = { ...held, leaseMs: forMs ?? held.leaseMs }
  yield* renewLock(renewed)
  yield* writeClaim({ ...claim, leaseMs: renewed.leaseMs })
  const { email } = held.owner
  const again: Claimed = { task, place: claim.place, email, until: renewed.expires, fence: held.fence, refreshed: true, notes: [] }
  return again
})

/** Status, assignee and a place to work follow from the lock. */
const follow = Effect.fnUntraced(function* ({ task, held, claim, notes, ...taken }: Taken, { steal, tree }: Claiming) {
  const board = yield* Board
  const { email } = held.owner
  if (!claimable.has(task.status)) return yield* new WrongState({ id: task.id, status: task.status, wanted: "pending" })
  yield* board.put(task)
  const from = steal && taken.victim !== undefined ? { from: holderText(taken.victim) } : {}
  // A run that lives clears up behind itself as soon as it hears that it lost the task.
  const living = from.from !== undefined && taken.victim !== undefined && !("session" in taken.victim)
  const standing = yield* standingPlace(task.id)
  if (!living && standing === undefined) yield* reconcile(held, task, "begin anew")
  // The record says what is about to be made before it is made.
  const branch = tree ? { branch: standing?.branch ?? (yield* branchFor(task)) } : {}
  const reason = from.from === undefined ? {} : { reason: `taken over from ${from.from} by ${email}` }
  const claimed = { type: "TaskClaimed", task: task.id, fence: held.fence, owner: holderText(held.owner), ...from } as const
  const change = (old: Task): Task => ({ ...withoutReason(old), status: "running", assigned_to: taken.assigned, ...branch, ...reason })
  const running = yield* transition(held, change, claimed)
  const place = tree ? (yield* handTree(held, running, claim)).place : claim.place
  if (tree && place !== undefined && place.branch !== running.branch)
    yield* transition(held, (old) => ({ ...old, branch: place.branch }), [])
  const told = [...notes, ...(yield* oddities(running))]
  for (const message of told) yield* board.emit({ type: "Warned", task: task.id, message, hint: `osier show ${task.id}` })
  return { task: running, place, email, until: held.expires, fence: held.fence, refreshed: false, notes: told, ...from } satisfies Claimed
})

/** A claim that came to nothing leaves the task as free as before. */
const letGo = Effect.fnUntraced(function* (taken: Taken) {
  const { held } = taken
  const id = Number(held.name)
  const { task } = yield* readTask(id)
  if (task.status === "running") {
    const released = { type: "TaskReleased", task: id, reason: "there was no place to work on it" } as const
    yield* Effect.ignore(transition(held, (old) => ({ ...withoutReason(old), status: "pending" }), released))
  }
  yield* untakeClaim(taken)
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
