import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Attempt, Task } from "../domain/task.ts"
import type { Held } from "../steps/lock.ts"
import { AttemptLost } from "./attemptLost.ts"
import { dropAttemptFolders } from "./attemptState.ts"
import { Board } from "./board.ts"
import { Drain } from "./drain.ts"
import { Holds } from "./holds.ts"
import { RunContext } from "./runContext.ts"
import { transition, withoutReason } from "./transition.ts"

/** How often a provider may refuse before its refusal counts as the task's failure. */
const refusalsMax = 20

/** Who an attempt is made by, as its record says it. */
export const agentOf = (task: Task, fallback: string | undefined): string => task.agent ?? fallback ?? "none"

/** One try, and what it came to. `told` is the evidence of the last one; `again` that there was one in this process. */
export type Try<A, E, R> = (task: Task, n: number, told: string | undefined, again: boolean) => Effect.Effect<A | AttemptLost, E, R>

/**
 * Attempts at a task, until one succeeds or the budget of its kind of failure is spent. A provider that is over quota or
 * down costs no attempt; a missing program costs one and holds all others of that agent.
 */
export const attempts = Effect.fn("attempts")(function* <A, E, R>(
  held: Held,
  task: Task,
  evidence: string | undefined,
  one: Try<A, E, R>,
  /** Wraps a rest, during which whatever the task holds may be given to others. */
  resting: (rest: Effect.Effect<void>) => Effect.Effect<void>,
) {
  const { settings } = yield* RunContext
  const board = yield* Board
  const drain = yield* Drain
  const holds = yield* Holds
  const budget = task.retries ?? settings.limits.retries
  let current = task
  let told = evidence
  let refusals = 0
  for (let spent = 0; ;) {
    const n = current.attempts.length + 1
    const started = yield* Clock.currentTimeMillis
    const lost = yield* one(current, n, told, spent > 0 || refusals > 0)
    if (!(lost instanceof AttemptLost)) return lost
    if (lost.class === "provider" && refusals < refusalsMax) {
      refusals++
      const until = yield* holds.rest(agentOf(current, settings.agent), lost.reason, lost.notBefore)
      const event = { type: "TaskWaited", task: task.id, reason: lost.reason, until: new Date(until).toISOString() } as const
      yield* board.wait(task.id, { reason: lost.reason, hint: `It goes on by itself at ${event.until}.`, ends: { until } }, event)
      yield* resting(Effect.sleep(Math.max(0, until - (yield* Clock.currentTimeMillis))))
      yield* board.wait(task.id, undefined)
      continue
    }
    if (lost.agentBroken === true) yield* holds.break(agentOf(current, settings.agent), lost.reason)
    spent++
    const record: Attempt = {
      n,
      agent: agentOf(current, settings.agent),
      outcome: lost.class,
      reason: lost.reason,
      ...(lost.session === undefined ? {} : { session: lost.session }),
      ms: (yield* Clock.currentTimeMillis) - started,
    }
    const failed = { type: "AttemptFailed", task: task.id, attempt: n, class: lost.class, reason: lost.reason } as const
    current = yield* transition(
      held,
      (old) => ({ ...old, status: "failed", reason: lost.reason, attempts: [...old.attempts, record] }),
      failed,
    )
    yield* dropAttemptFolders(task.id).pipe(Effect.ignore)
    if ((lost.class !== "work" && lost.class !== "outside") || spent > budget) return yield* lost
    told = lost.evidence ?? lost.reason
    const again = { type: "TaskRetried", task: task.id, attempt: n + 1, reason: lost.reason } as const
    current = yield* transition(held, (old) => ({ ...withoutReason(old), status: "running" }), again, { "evidence.md": told })
    // Nothing new is started any more: what is recorded now is what the next run goes on from.
    if (drain.requested()) return yield* Effect.interrupt
  }
})
