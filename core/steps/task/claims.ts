import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { parseClaim, printClaim } from "../../domain/lock/claim.ts"
import type { Claim, Place } from "../../domain/lock/claim.ts"
import { claimMs, holderKey, lockRef } from "../../domain/lock/lock.ts"
import { Files } from "../../world/machine/files.ts"
import { Repository } from "../../world/git/repository.ts"
import { isOver } from "../../domain/task/task.ts"
import type { Status } from "../../domain/task/task.ts"
import { readTreeName } from "../../domain/task/tree.ts"
import { treeEntries } from "../commit/treeEntries.ts"
import { inspectLock } from "../lock/inspectLock.ts"
import { LockHeld } from "../lock/lock.ts"
import type { Held } from "../lock/lock.ts"
import { readTask } from "./record.ts"
import { Environment } from "../../world/machine/environment.ts"

/** Nobody has claimed the task, so there is nothing to give back or to finish. */
export class NotClaimed extends Data.TaggedError("NotClaimed")<{ readonly id: number; readonly status: Status }> {
  override get message() {
    return `task ${this.id} is not claimed by anybody`
  }
  get hint() {
    if (this.status === "completed") return `It is complete already: \`osier land ${this.id}\` lands it.`
    return isOver(this.status) ? `It is ${this.status}: \`osier show ${this.id}\`.` : `Claim it first: \`osier claim ${this.id}\`.`
  }
  readonly exit = 2
}

const folder = Effect.map(Repository, ({ own }) => join(own, "claims"))

/** What this clone knows of a task worked on by hand. */
export const readClaim = Effect.fn("readClaim")(function* (task: number) {
  const files = yield* Files
  const claim = parseClaim((yield* files.text(join(yield* folder, String(task)))) ?? "")
  if (claim?.task !== task) return undefined
  return claim.place?.tree === true ? { ...claim, place: yield* placeNow(task, claim.place) } : claim
})

/** Where the tree of a claim is by now, when somebody has moved it and told git so. */
const placeNow = Effect.fnUntraced(function* (task: number, place: Place) {
  const entries = yield* treeEntries()
  if (entries.some(({ path }) => path === place.path)) return place
  const moved = entries.find(({ lock, branch }) => branch === place.branch && readTreeName(lock?.trim() ?? "")?.task === task)
  return moved === undefined ? place : { ...place, path: moved.path }
})

/** Written for nobody else to read: whoever has the nonce is the owner. */
export const writeClaim = Effect.fn("writeClaim")(function* (claim: Claim) {
  const files = yield* Files
  yield* files.write(join(yield* folder, String(claim.task)), printClaim(claim), 0o600)
})

export const dropClaim = Effect.fn("dropClaim")(function* (task: number) {
  const files = yield* Files
  yield* files.remove(join(yield* folder, String(task)))
})

/** Every task that is, or was, worked on by hand in this clone. */
export const listClaims = Effect.fn("listClaims")(function* () {
  const files = yield* Files
  const found = yield* Effect.forEach(yield* files.list(yield* folder), (name) => readClaim(Number(name)))
  return found.filter((claim) => claim !== undefined)
})

/** The nonce as everybody may see it. */
export const fingerprint = (nonce: string): string => `s${createHash("sha256").update(nonce).digest("hex").slice(0, 16)}`

/** The nonce that a program brings along: agents that share one clone are told apart by it. */
export const broughtNonce = Effect.map(Environment, (variables) => variables["OSIER_SESSION"] || undefined)

/** Whether the lock is held by the session that we have the nonce of. Answers with what holds it otherwise, if anything. */
export const heldByUs = Effect.fn("heldByUs")(function* (task: number, nonce: string | undefined) {
  const ref = lockRef("task", String(task))
  const seen = yield* inspectLock(ref)
  if (seen?.lock.state !== "held") return { ref, seen: undefined, ours: false } as const
  return { ref, seen, ours: nonce !== undefined && holderKey(seen.lock.owner) === fingerprint(nonce) } as const
})

/** The claim of a task back in our hands, as every verb after the first needs it; fails when it is another one's. */
export const regainClaim = Effect.fn("regainClaim")(function* (task: number) {
  const claim = (yield* readClaim(task)) ?? { task }
  const { ref, seen, ours } = yield* heldByUs(task, (yield* broughtNonce) ?? claim.nonce)
  if (seen === undefined) return yield* new NotClaimed({ id: task, status: (yield* readTask(task)).task.status })
  if (!ours) return yield* new LockHeld({ kind: "task", name: String(task), lock: seen.lock })
  const { owner, fence, acquired, expires } = seen.lock
  const leaseMs = claim.leaseMs ?? claimMs
  const held: Held = { kind: "task", name: String(task), ref, fence, owner, leaseMs, acquired, oid: seen.oid, expires }
  return { claim, held }
})

/** The claims of the folder that the verb is typed in. */
export const claimsHere = Effect.fn("claimsHere")(function* () {
  const { root, tree } = yield* Repository
  return (yield* listClaims()).filter((claim) => claim.place?.path === (tree ?? root))
})
