import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Place } from "../../domain/lock/claim.ts"
import { overlap } from "../../domain/task/scope.ts"
import type { Task } from "../../domain/task/task.ts"
import { listClaims } from "../../steps/task/claims.ts"
import { isFree } from "../../steps/lock/isFree.ts"
import { readTask } from "../../steps/task/record.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"

/** A task can't be worked on in the checkout as it is. */
export class NoCheckout extends Data.TaggedError("NoCheckout")<{ readonly id: number; readonly reason: string; readonly hint: string }> {
  override get message() {
    return `task ${this.id} can't be worked on without a tree: ${this.reason}`
  }
  readonly exit = 2
}

/** Another task is worked on in this checkout, and nobody can say that the two stay apart. */
export class CheckoutTaken extends Data.TaggedError("CheckoutTaken")<{
  readonly id: number
  readonly by: number
  readonly globs: readonly string[]
}> {
  override get message() {
    const why = this.globs.length === 0 ? "one of them declares no scope" : `their scopes overlap: ${this.globs.join(" and ")}`
    return `task ${this.by} is worked on in this checkout, and task ${this.id} may be in its way: ${why}`
  }
  get hint() {
    return `\`osier claim ${this.id}\` works in a tree of its own; \`--allow-overlap\` works here all the same.`
  }
  readonly exit = 4
}

/** The user's checkout as the place of a task: on a branch, and with no other task in it that may touch the same files. */
export const checkoutPlace = Effect.fn("checkoutPlace")(function* (task: Task, allowOverlap: boolean) {
  const git = yield* Git
  const { root, bare, tree } = yield* Repository
  const { id } = task
  if (bare) return yield* new NoCheckout({ id, reason: "the repository is bare", hint: `Leave --no-tree out: \`osier claim ${id}\`.` })
  if (tree !== undefined)
    return yield* new NoCheckout({ id, reason: "this is the tree of another task", hint: `Go to your own checkout first: \`cd ${root}\`.` })
  const head = yield* git.run(["symbolic-ref", "--quiet", "--short", "HEAD"], { cwd: root, codes: [0, 1] })
  const branch = head.stdout.toString().trim()
  if (branch === "")
    return yield* new NoCheckout({ id, reason: "HEAD is detached", hint: "Go to a branch first, for example `git switch -c mine`." })
  const notes: string[] = []
  for (const other of yield* listClaims()) {
    if (other.task === id || other.place === undefined || other.place.tree || other.place.path !== root) continue
    if (yield* isFree("task", String(other.task))) continue
    const { scope } = (yield* readTask(other.task)).task
    const both = overlap(task.scope, scope)
    if (task.scope.length > 0 && scope.length > 0 && both === undefined) continue
    const taken = new CheckoutTaken({ id, by: other.task, globs: both ?? [] })
    if (!allowOverlap) return yield* taken
    notes.push(taken.message)
  }
  const base = yield* git.text(["rev-parse", "HEAD"], { cwd: root })
  return { place: { path: root, branch, base, tree: false } satisfies Place, notes }
})
