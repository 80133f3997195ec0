import * as Effect from "effect/Effect"
import { Board } from "../context/board.ts"
import { Drain } from "../context/drain.ts"
import { soundTip } from "./soundTip.ts"
import { targetTip } from "../context/targetTip.ts"
import type { TargetRed } from "../context/targetWatch.ts"

/** A red target is looked at this often, in milliseconds, whether it was moved. */
const againMs = 300

/** The commit to cut a task's tree from; while the target is red the task waits, and goes on by itself, until the run is to end. */
export const soundBase = Effect.fn("soundBase")(function* (id: number) {
  const board = yield* Board
  const drain = yield* Drain
  for (let waited = false; ; waited = true) {
    const found = yield* Effect.catchTag(soundTip(), "TargetRed", (red) => Effect.succeed(red))
    if (typeof found === "string") {
      if (waited) yield* board.wait(id, undefined)
      return found
    }
    yield* waitForTarget(id, found)
    if (drain.requested()) return yield* Effect.interrupt
  }
})

/** Says that a task waits for the target, and returns when that stands elsewhere. */
export const waitForTarget = Effect.fn("waitForTarget")(function* (id: number, red: TargetRed) {
  const board = yield* Board
  yield* board.hold(id, `the target is red: ${red.reason}`, red.hint, { ends: "files" })
  const drain = yield* Drain
  while (!drain.requested() && (yield* targetTip) === red.commit) yield* Effect.sleep(againMs)
})
