import * as Effect from "effect/Effect"
import { Board } from "../context/board.ts"
import { gatesAt } from "../judge/gates.ts"
import { judgeTarget } from "../judge/judgeTarget.ts"
import { RunContext } from "../context/runContext.ts"
import { noticeMove, soundTip } from "../judge/soundTip.ts"
import { targetTip } from "../context/targetTip.ts"
import { adopt, TargetWatch } from "../context/targetWatch.ts"

/**
 * Looks at the target before the first agent is paid: on one that fails its own gates nothing could land. With
 * `on_red_target: go` that is only told, for a task that repairs it.
 */
export const firstLook = Effect.fn("firstLook")(function* (starts: boolean) {
  const watch = yield* TargetWatch
  const board = yield* Board
  const { settings } = yield* RunContext
  // An attempt was on when an earlier run died: whatever moved the target since is judged as if that run lived.
  if (watch.good !== undefined && !watch.sound.has(yield* noticeMove())) {
    if (starts) yield* soundTip()
    return
  }
  const tip = yield* targetTip
  const red = starts ? yield* judgeTarget(tip, yield* gatesAt(tip)) : undefined
  if (red !== undefined) {
    if (settings.onRedTarget === "stop") return yield* red
    watch.red.set(tip, red)
    yield* board.emit({ type: "Warned", message: red.message, hint: "Work goes on all the same, as `on_red_target: go` asks." })
  }
  adopt(watch, tip)
})

/** Looks at the target once more when all attempts are over: somebody may have moved it since osier last landed there. */
export const lastLook = Effect.fn("lastLook")(function* (inHaste: boolean) {
  const board = yield* Board
  const { good } = yield* TargetWatch
  const found = yield* Effect.result(inHaste ? noticeMove() : soundTip())
  if (found._tag === "Success") return {}
  const error = found.failure
  if (error._tag === "TargetRed") return { red: { message: error.message, hint: error.hint } }
  if (error._tag !== "NoTarget" && error._tag !== "NoRemoteTarget") return yield* error
  yield* board.emit({
    type: "Warned",
    message: error.message,
    hint: good === undefined ? error.hint : `It was at ${good.slice(0, 12)}. ${error.hint}`,
  })
  return {}
})
