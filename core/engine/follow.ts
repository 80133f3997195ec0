import * as Effect from "effect/Effect"
import { bringAlong } from "../steps/bringAlong.ts"
import { Board } from "./board.ts"
import { RunContext } from "./runContext.ts"

/** With a remote: the branch here, and the checkout that has it, follow what landed there, or it is said why not. */
export const follow = Effect.fn("follow")(function* (commit: string) {
  const board = yield* Board
  const { target, branchRef, shared, settings } = yield* RunContext
  if (shared === undefined) return
  const along = yield* bringAlong(branchRef, commit, `osier: follow ${settings.remote}/${target}`)
  if (along.type === "moved" && along.checkout !== undefined)
    yield* board.emit({ type: "CheckoutFollowed", target, commit, path: along.checkout })
  if (along.type === "behind") {
    const message = `the checkout at ${along.checkout} is behind ${settings.remote}/${target}: ${along.reason}`
    yield* board.emit({ type: "Warned", message, hint: along.command })
  }
  if (along.type === "diverged") {
    const message = `${target} here has commits that ${settings.remote} does not have, so that it can't follow`
    yield* board.emit({ type: "Warned", message, hint: `git pull --rebase ${settings.remote} ${target}, or push them` })
  }
})
