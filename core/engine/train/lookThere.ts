import * as Effect from "effect/Effect"
import { Refs } from "../../world/git/refs.ts"
import { steadyMs } from "../../world/machine/steadyMs.ts"
import { Board } from "../context/board.ts"
import { follow } from "./follow.ts"
import { Lookout } from "../context/lookout.ts"
import { RunContext, sharedData } from "../context/runContext.ts"

/** A remote is not asked more often than this, in milliseconds. */
const everyMs = 2_000

/**
 * With a remote: sees what others did since the last look, and brings the branch here along. One that can't be reached is
 * told once, and asked again: work that is under way goes on for as long as its leases last.
 */
export const lookThere = Effect.fn("lookThere")(function* () {
  const board = yield* Board
  const lookout = yield* Lookout
  const refs = yield* Refs
  const { shared, targetRef } = yield* RunContext
  const now = yield* steadyMs
  if (shared === undefined || now - lookout.at < everyMs) return
  const before = yield* refs.read(targetRef)
  const trouble = yield* refs.refresh([...sharedData, targetRef]).pipe(
    Effect.as(undefined),
    Effect.catch((error) => Effect.succeed(error)),
  )
  lookout.at = yield* steadyMs
  if (trouble !== undefined) {
    if (!lookout.cutOff)
      yield* board.emit({ type: "Warned", message: trouble.message, hint: `It goes on by itself when that is mended. ${trouble.hint}` })
    lookout.cutOff = true
    return
  }
  lookout.cutOff = false
  const tip = yield* refs.read(targetRef)
  if (tip !== undefined && (tip !== before || lookout.followed === undefined)) {
    yield* follow(tip)
    lookout.followed = tip
  }
})
