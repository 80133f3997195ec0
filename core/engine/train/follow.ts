import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { bringAlong } from "../../steps/land/bringAlong.ts"
import { Board } from "../context/board.ts"
import { Lookout } from "../context/lookout.ts"
import { RunContext } from "../context/runContext.ts"

/** With a remote: the branch here, and the checkout that has it, follow what landed there, or it is said why not. */
export const follow = Effect.fn("follow")(function* (commit: string) {
  const board = yield* Board
  const lookout = yield* Lookout
  const { target, branchRef, shared, settings } = yield* RunContext
  if (shared === undefined) return
  const there = `${settings.remote}/${target}`
  const along = yield* Semaphore.withPermit(lookout.turn, bringAlong(branchRef, commit, `osier: follow ${there}`))
  const warn = Effect.fnUntraced(function* (message: string, hint: string) {
    if (lookout.said !== message) yield* board.emit({ type: "Warned", message, hint })
    lookout.said = message
  })
  if (along.type === "moved" && along.checkout !== undefined)
    yield* board.emit({ type: "CheckoutFollowed", target, commit, path: along.checkout })
  if (along.type === "behind") yield* warn(`the checkout at ${along.checkout} is behind ${there}: ${along.reason}`, along.command)
  if (along.type === "cut")
    yield* warn(`${target} here can't follow ${there}: the history between them is cut off in this clone`, "git fetch --unshallow")
  if (along.type === "diverged") {
    const message = `${target} here has commits that ${settings.remote} does not have, so that it can't follow`
    yield* warn(message, `git pull --rebase ${settings.remote} ${target}, or push them`)
  }
})
