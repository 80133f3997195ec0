import * as Effect from "effect/Effect"
import { endedAttempts } from "../../domain/task/attemptRecord.ts"
import type { Task } from "../../domain/task/task.ts"
import { witnessIn } from "../../steps/attempt/attribution.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { savedFingerprint } from "../../steps/attempt/savedFingerprint.ts"
import { Objects } from "../../world/git/objects.ts"
import { attemptFolder, readAttempt, writeAttempt } from "../tree/attemptState.ts"
import { Board } from "../context/board.ts"
import { takeBack, tellOutside } from "./lookOutside.ts"
import { RunContext } from "../context/runContext.ts"
import { adopt, TargetWatch } from "../context/targetWatch.ts"

/**
 * Looks at what an attempt did outside of its tree whose owner died before it could look: refs that it moved are moved back,
 * and the rest is told and weighed when the task's work is to land. Where the target stood then is what it is judged from.
 */
export const lookBack = Effect.fn("lookBack")(function* (held: Held, task: Task) {
  const board = yield* Board
  const watch = yield* TargetWatch
  const objects = yield* Objects
  const { targetRef, shared } = yield* RunContext
  const state = yield* readAttempt(task.id)
  // The end of an attempt is recorded after the look.
  if (state === undefined || state.looked || state.attempt <= endedAttempts(task.attempts).length) return
  const folder = yield* attemptFolder(task.id, state)
  const before = yield* savedFingerprint(folder, state.before)
  const stood = shared === undefined ? before?.refs.get(targetRef) : undefined
  if (stood !== undefined && watch.good === undefined && (yield* objects.look(stood)) !== undefined) adopt(watch, stood)
  const { attempt, noticed: earlier } = state
  const taken = yield* takeBack({ task: task.id, attempt, own: state, witness: witnessIn(folder, state.nonce) })
  if (before === undefined) {
    const message = `what attempt ${attempt} changed outside of its tree can't be told: osier was ended meanwhile, and what it had written down is gone`
    const hint = "Look at `git status`, `git branch -v` and `git config --list --show-origin`."
    yield* board.emit({ type: "Warned", task: task.id, message, hint })
  }
  const seen = before === undefined ? undefined : yield* tellOutside({ task: task.id, before, taken, named: [], tree: "", earlier })
  yield* writeAttempt(held, { ...state, looked: true, noticed: seen?.noticed ?? earlier })
})
