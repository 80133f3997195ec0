import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Refs } from "../../world/git/refs.ts"
import type { Expect } from "../../world/git/refs.ts"
import { checkedOutSomewhere, findCheckouts } from "../checkout/checkout.ts"
import type { Blocked } from "../checkout/checkout.ts"
import { stagedOver } from "../checkout/inTheWay.ts"
import { changesBetween } from "../commit/changesBetween.ts"
import { followCommand } from "../checkout/followIntent.ts"
import { followCheckout, inspectCheckout } from "../checkout/followCheckout.ts"
import type { FollowStep } from "../checkout/followCheckout.ts"
import { readCommit } from "../commit/readCommit.ts"

/** How an attempt to land ended; only `landed` moved anything. */
export type Landing =
  | {
      readonly type: "landed"
      readonly commit: string
      /** The checkout that was brought along. */
      readonly followed: string | undefined
      /** The checkout that should have been and could not: its path, why, and what to type there. */
      readonly behind: { readonly checkout: string; readonly reason: string; readonly command: string } | undefined
    }
  /** A checkout of the target has files in the way; it goes on when they are free. */
  | { readonly type: "waits"; readonly checkout: string; readonly files: readonly string[]; readonly reason: string }
  /** Somebody else moved the target: plan anew on top of `at`. */
  | { readonly type: "moved"; readonly at: string | undefined; readonly lock?: string }
  /** The lock is no longer ours; whoever holds it decides now. */
  | { readonly type: "fenced"; readonly refs: readonly string[]; readonly lock?: string }

/** A commit that does not stand directly on the target: moving there would drop what is on the target. */
export class NotOnTarget extends Data.TaggedError("NotOnTarget")<{ readonly target: string; readonly commit: string }> {
  override get message() {
    return `${this.commit.slice(0, 10)} was not made for ${this.target} as it is`
  }
  get hint() {
    return "The target did not move; land again."
  }
  readonly exit = 1
}

export interface ToLand {
  /** Full name, `refs/heads/main`. */
  readonly target: string
  readonly from: string
  readonly to: string
  /** Refs that must not have moved: the locks whose fence this landing relies on, as their own signs of life left them last. */
  readonly expect: () => readonly Expect[]
  /** What the log of HEAD says about it. */
  readonly reason: string
  /** Only for tests: called between the moments of bringing a checkout along. */
  readonly onStep?: (step: FollowStep) => Effect.Effect<void>
}

/**
 * Moves the target by one compare-and-swap of one ref that also verifies the fence, and brings the checkout that has
 * the target along, or waits for it. Runs no hook.
 */
export const land = Effect.fn("land")(function* (asked: ToLand) {
  const { target, from, to } = asked
  const { parents } = yield* readCommit(to)
  if (parents[0] !== from) return yield* new NotOnTarget({ target, commit: to })
  return yield* moveBranch(asked)
})

/** Moves a branch and the checkout that has it together, or neither. */
export const moveBranch = Effect.fn("moveBranch")(function* (asked: ToLand) {
  const { target, from } = asked
  const refs = yield* Refs
  const at = yield* refs.read(target)
  if (at !== from) return { type: "moved", at } satisfies Landing
  const checkouts = yield* findCheckouts(target)
  const [checkout, second] = checkouts
  if (second !== undefined) {
    const reason = `${target} is checked out in several places: ${checkouts.map((each) => each.path).join(", ")}`
    return { type: "waits", checkout: second.path, files: [], reason } satisfies Landing
  }
  const somewhere = yield* checkedOutSomewhere(target)
  if (somewhere !== undefined) return waits(somewhere)
  const swap = swapOf(asked)
  const moving = checkout === undefined ? Effect.as(swap, undefined) : followCheckout({ ...asked, checkout, swap })
  const ended = yield* Effect.catchTag(moving, "NotSwapped", (error) => Effect.succeed(error))
  if (ended === undefined || ended.type === "followed" || ended.type === "behind") {
    const landed: Landing = {
      type: "landed",
      commit: asked.to,
      followed: ended?.type === "followed" ? ended.checkout : undefined,
      behind: ended === undefined ? yield* lateCheckout(asked) : ended.type === "behind" ? ended : undefined,
    }
    return landed
  }
  return ended.type === "blocked" ? waits(ended) : ended.landing
})

/** Somebody may have switched to the target in the moment between our look and the swap, and got what it was before. */
const lateCheckout = Effect.fnUntraced(function* ({ target, from, to }: ToLand) {
  for (const { path, gitDir } of yield* findCheckouts(target)) {
    const staged = yield* stagedOver({ path, gitDir }, join(gitDir, "index"), to)
    if ((yield* changesBetween(from, to)).some((change) => staged.has(change.path))) {
      return { checkout: path, reason: "it was switched to the target while that moved", command: followCommand({ path, from, to }) }
    }
  }
  return undefined
})

/** Whether landing would have to wait now, asked before gates are spent on it. */
export const wouldWait = Effect.fn("wouldWait")(function* (asked: Pick<ToLand, "target" | "from" | "to">) {
  const somewhere = yield* checkedOutSomewhere(asked.target)
  if (somewhere !== undefined) return waits(somewhere)
  for (const checkout of yield* findCheckouts(asked.target)) {
    const found = yield* inspectCheckout(checkout, asked.from, asked.to)
    if (found !== undefined) return waits(found)
  }
  return undefined
})

const waits = ({ checkout, files, reason }: Blocked): Landing & { readonly type: "waits" } => ({ type: "waits", checkout, files, reason })

class NotSwapped extends Data.TaggedError("NotSwapped")<{ readonly landing: Landing & { readonly type: "moved" | "fenced" } }> {
  readonly type = "not swapped"
}

const tries = 3

/** The one act that lands. A lost swap is told apart by reading again: first the fence, then the target. */
const swapOf = ({ target, from, to, expect }: ToLand) =>
  Effect.gen(function* () {
    const refs = yield* Refs
    for (let round = 1; ; round++) {
      const fences = expect()
      const lost = yield* refs.swap([{ ref: target, from, to }], fences).pipe(
        Effect.as(undefined),
        Effect.catchTag("SwapLost", (error) => Effect.succeed(error)),
      )
      if (lost === undefined) return
      const now = new Map(expect().map(({ ref, at }) => [ref, at]))
      const seen = yield* Effect.forEach(fences, ({ ref, at }) =>
        Effect.map(refs.read(ref), (found) => (found === at || found === now.get(ref) ? [] : [ref])),
      )
      const fenced = seen.flat()
      const lock = lost.lock === undefined ? {} : { lock: lost.lock }
      if (fenced.length > 0) return yield* new NotSwapped({ landing: { type: "fenced", refs: fenced, ...lock } })
      const at = yield* refs.read(target)
      if (at !== from || round === tries) return yield* new NotSwapped({ landing: { type: "moved", at, ...lock } })
    }
  })
