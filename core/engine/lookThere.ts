import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Refs } from "../world/refs.ts"
import { Board } from "./board.ts"
import { follow } from "./follow.ts"
import { RunContext, sharedData } from "./runContext.ts"

/** What this run has seen of the remote. */
export class Lookout extends Context.Service<Lookout, { at: number; cutOff: boolean; followed: string | undefined }>()(
  "core/engine/Lookout",
) {
  static readonly layer = Layer.sync(Lookout, () => ({ at: 0, cutOff: false, followed: undefined }))
}

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
  const now = yield* Clock.currentTimeMillis
  if (shared === undefined || now - lookout.at < everyMs) return
  const before = yield* refs.read(targetRef)
  const trouble = yield* refs.refresh([...sharedData, targetRef]).pipe(
    Effect.as(undefined),
    Effect.catchTag("RemoteUnreachable", (error) => Effect.succeed(error)),
  )
  lookout.at = yield* Clock.currentTimeMillis
  if (trouble !== undefined) {
    if (!lookout.cutOff)
      yield* board.emit({ type: "Warned", message: trouble.message, hint: "It goes on by itself when the remote answers." })
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
