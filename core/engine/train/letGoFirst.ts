import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { goesFirst } from "../../domain/task/rightOfWay.ts"
import type { Task } from "../../domain/task/task.ts"
import { steadyMs } from "../../world/machine/steadyMs.ts"
import { Board } from "../context/board.ts"
import { Drain } from "../context/drain.ts"
import { RightOfWay } from "../context/rightOfWay.ts"
import { RunContext } from "../context/runContext.ts"
import type { Finished } from "../attempt/workOn.ts"
import { pathsBetween } from "../../steps/commit/changesBetween.ts"

/** How long to wait before looking again whether the other one is through. */
const againMs = 200

/** The files that a task's work touches. */
export const filesOf = ({ base, tip }: Finished) => pathsBetween(base, tip)

/**
 * Waits until those are through that lost in these files before: they would lose again. For no longer than an attempt may
 * take, so that nobody waits for one that waits itself.
 */
export const letGoFirst = Effect.fn("letGoFirst")(function* (task: Task, files: readonly string[]) {
  const board = yield* Board
  const drain = yield* Drain
  const { losses } = yield* RightOfWay
  const { settings } = yield* RunContext
  const begun = yield* steadyMs
  const until = (yield* Clock.currentTimeMillis) + settings.limits.attemptMs
  let told: number | undefined
  while (!drain.requested() && (yield* steadyMs) - begun < settings.limits.attemptMs) {
    const other = goesFirst(task.id, files, losses)
    if (other === undefined) break
    if (other !== told) {
      const reason = `lets #${other} go first, which lost to others in the same files`
      const wait = { reason, hint: "It goes on by itself.", ends: { until } }
      yield* board.wait(task.id, wait, { type: "TaskWaited", task: task.id, reason })
      told = other
    }
    yield* Effect.sleep(againMs)
  }
  if (told !== undefined) yield* board.wait(task.id, undefined)
})

/** A task lost to others in these files: it goes before them next time, and behind those that lost there earlier. */
export const hasLost = Effect.fn("hasLost")(function* (task: Task, files: readonly string[]) {
  const { losses } = yield* RightOfWay
  losses.set(task.id, [...new Set([...(losses.get(task.id) ?? []), ...files])])
  yield* letGoFirst(task, losses.get(task.id) ?? files)
})

/** The task is on its way no longer: nobody waits for it. */
export const isThrough = (task: number) => Effect.map(RightOfWay, ({ losses }) => void losses.delete(task))
