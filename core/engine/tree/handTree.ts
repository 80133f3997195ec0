import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { Claim, Place } from "../../domain/lock/claim.ts"
import { prompt } from "../../domain/task/prompt.ts"
import type { Task } from "../../domain/task/task.ts"
import { astray } from "../../steps/checkout/astray.ts"
import { readClaim, writeClaim } from "../../steps/task/claims.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { planOf } from "../../steps/task/planOf.ts"
import { treeEntries } from "../../steps/commit/treeEntries.ts"
import { workIn, workText } from "../../steps/tree/workIn.ts"
import { Files } from "../../world/machine/files.ts"
import { furnish } from "./furnish.ts"
import { dropBranch, keepAndRemove, raise } from "./plant.ts"
import { RunContext } from "../context/runContext.ts"
import { targetTip } from "../context/targetTip.ts"

/** A plan or an exploration is read by an agent; there is nothing to commit, and so nothing to work on by hand. */
export class NotByHand extends Data.TaggedError("NotByHand")<{ readonly id: number; readonly kind: string }> {
  override get message() {
    return `task ${this.id} is of the kind ${this.kind}, which nobody works on by hand`
  }
  get hint() {
    return `\`osier show ${this.id}\` tells what to type for it.`
  }
  readonly exit = 2
}

/**
 * The tree of a task that is worked on by hand, if this clone has one that still stands. One that was moved, or whose repository
 * was, has to be mended first: its work is nobody's to pass over.
 */
export const standingPlace = Effect.fn("standingPlace")(function* (task: number) {
  const files = yield* Files
  const { treeRoot } = yield* RunContext
  const place = (yield* readClaim(task))?.place
  if (place === undefined || !place.tree) return undefined
  const entry = (yield* treeEntries()).find((one) => one.path === place.path)
  const lost = entry === undefined ? undefined : yield* astray(entry, treeRoot)
  if (lost?.now !== undefined) return yield* lost
  return entry === undefined || (yield* files.stat(place.path)) === undefined ? undefined : { ...place, gitDir: entry.gitDir }
})

/** A tree for somebody who works by hand: the one that is there, or a fresh one with plan and prompt inside. It stays. */
export const handTree = Effect.fn("handTree")(function* (held: Held, task: Task, claim: Claim) {
  const files = yield* Files
  const standing = yield* standingPlace(task.id)
  if (standing !== undefined) {
    const { gitDir: _, ...place } = standing
    yield* writeClaim({ ...claim, place })
    return { place, made: false }
  }
  const tree = yield* raise(task, yield* targetTip)
  const fill = Effect.gen(function* () {
    yield* furnish(task, tree, held)
    const plan = yield* planOf(task.id)
    const standing = { tree: tree.path, branch: tree.branch, attempt: task.attempts.length + 1, ...(plan === undefined ? {} : { plan }) }
    yield* files.write(join(tree.path, ".osier", "prompt.md"), prompt(task, standing))
    const place: Place = { path: tree.path, branch: tree.branch, base: tree.base, tree: true }
    yield* writeClaim({ ...claim, place })
    return { place, made: true }
  })
  const undo = Effect.andThen(keepAndRemove(held, task.id, tree, "it could not be made ready"), dropBranch(held, task, tree.branch))
  return yield* Effect.onError(fill, () => Effect.ignore(undo))
})

/** Somebody worked on the task by hand, nobody holds it now, and what they did is nowhere but in its tree. */
export class HandworkLeft extends Data.TaggedError("HandworkLeft")<{ readonly id: number; readonly path: string; readonly work: string }> {
  override get message() {
    return `somebody worked on task ${this.id} by hand and has not given it back: ${this.work} in ${this.path}`
  }
  get hint() {
    return `\`osier claim ${this.id}\` goes on with it; \`osier release ${this.id}\` after that keeps it and gives the task back.`
  }
  readonly exit = 5
}

/** An agent must not start over while the work of a person lies in the task's tree. */
export const spareHandwork = Effect.fn("spareHandwork")(function* (id: number) {
  const standing = yield* standingPlace(id)
  const work = standing === undefined ? undefined : workText(yield* workIn(standing, []))
  if (standing !== undefined && work !== undefined) return yield* new HandworkLeft({ id, path: standing.path, work })
})
