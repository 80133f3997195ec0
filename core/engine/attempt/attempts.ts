import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { withAttempt } from "../../domain/task/attemptRecord.ts"
import { spentTogether } from "../../domain/task/spent.ts"
import type { Attempt, Task } from "../../domain/task/task.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { AttemptLost } from "../context/attemptLost.ts"
import { dropAttemptFolders } from "../tree/attemptState.ts"
import { Board } from "../context/board.ts"
import { Drain } from "../context/drain.ts"
import { Holds } from "../context/holds.ts"
import { RunContext } from "../context/runContext.ts"
import { transition, withoutReason } from "../context/transition.ts"

/** How often a provider may refuse without a word of when it will not, before its refusal counts as the task's failure. */
const refusalsMax = 20

const quota = /usage limit|quota|rate.?limit|\b429\b/i

/** Whether a refusal is one of those of which there may be only so many: a provider that names its quota, or when it is free again, refuses that long. */
export const isCounted = ({ notBefore, reason }: Pick<AttemptLost, "notBefore" | "reason">): boolean =>
  notBefore === undefined && !quota.test(reason)

/** Who an attempt is made by, as its record says it. */
export const agentOf = (task: Task, fallback: string | undefined): string => task.agent ?? fallback ?? "none"

/** One try, and what it came to. `told` is the evidence of the last one; `again` that there was one in this process, in the same tree. */
export type Try<A, E, R> = (task: Task, n: number, told: string | undefined, again: boolean) => Effect.Effect<A | AttemptLost, E, R>

/**
 * Attempts at a task, until one succeeds or the budget of its kind of failure is spent. A provider that is over quota or
 * down costs no attempt, and a crash the first time; a missing program costs one and holds all others of that agent. Each attempt,
 * its session and its evidence stand in the record, so that whoever comes next goes on from there.
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
  const agent = agentOf(task, settings.agent)
  let current = task
  let told = evidence
  let refusals = 0
  let crashes = 0
  let spent = 0
  let n = current.attempts.length + 1
  for (let tried = 0; ; tried++) {
    const started = yield* Clock.currentTimeMillis
    const lost = yield* one(current, n, told, tried > 0)
    if (!(lost instanceof AttemptLost)) return lost
    current = board.task(task.id) ?? current
    const before = current.attempts.find((each) => each.n === n)
    const record = lostRecord(lost, { n, agent, ms: (yield* Clock.currentTimeMillis) - started + (before?.ms ?? 0) }, before)
    if (lost.class === "provider" && refusals < refusalsMax) {
      if (isCounted(lost)) refusals++
      current = yield* rest(held, current, record, lost, resting)
      continue
    }
    if (lost.agentBroken === true) yield* holds.break(agent, lost.reason, lost.hint)
    else if (lost.class === "crash" || lost.class === "environment") {
      if (yield* holds.stumble(agent)) yield* holds.break(agent, lost.reason, lost.hint)
    }
    const mayRepeat = lost.class === "work" || lost.class === "outside"
    const isFirstCrash = lost.class === "crash" && crashes === 0
    if (lost.class === "crash") crashes++
    else spent++
    told = lost.evidence ?? lost.reason
    if (lost.class === "question") {
      const asks = (old: Task): Task => ({
        ...old,
        status: "pending",
        reason: `asks: ${lost.reason}`,
        question: lost.reason,
        attempts: withAttempt(old.attempts, record),
      })
      yield* transition(held, asks, [], { "evidence.md": told })
      return yield* lost
    }
    const failed = { type: "AttemptFailed", task: task.id, attempt: n, class: lost.class, reason: lost.reason } as const
    const withHint = lost.hint === undefined ? failed : { ...failed, hint: lost.hint }
    const fail = (old: Task): Task => ({
      ...old,
      status: "failed",
      reason: lost.reason,
      attempts: withAttempt(old.attempts, record),
    })
    current = yield* transition(held, fail, withHint, { "evidence.md": told })
    yield* dropAttemptFolders(task.id).pipe(Effect.ignore)
    if (!isFirstCrash && (!mayRepeat || spent > budget)) return yield* lost
    n++
    const again = { type: "TaskRetried", task: task.id, attempt: n, reason: lost.reason } as const
    current = yield* transition(held, (old) => ({ ...withoutReason(old), status: "running" }), again)
    // Nothing new is started any more: what is recorded now is what the next run goes on from.
    if (drain.requested()) return yield* Effect.interrupt
  }
})

/** A lost attempt as it stands in the record. What it spent in earlier tries of the same number stays counted. */
const lostRecord = (lost: AttemptLost, by: Pick<Attempt, "n" | "agent" | "ms">, before: Attempt | undefined): Attempt => {
  const spent = spentTogether([before?.spent, lost.spent])
  return {
    ...by,
    outcome: lost.class,
    reason: lost.reason,
    ...(lost.session === undefined ? {} : { session: lost.session }),
    ...(lost.hint === undefined ? {} : { hint: lost.hint }),
    ...(lost.said === undefined ? {} : { said: lost.said }),
    ...(Object.keys(spent).length === 0 ? {} : { spent }),
  }
}

/** Waits until the provider may be asked again. The rest and its end stand in the record; a run that is to end does not wait for it. */
const rest = Effect.fnUntraced(function* (
  held: Held,
  task: Task,
  record: Attempt,
  lost: AttemptLost,
  resting: (rest: Effect.Effect<void>) => Effect.Effect<void>,
) {
  const board = yield* Board
  const drain = yield* Drain
  const holds = yield* Holds
  const until = yield* holds.rest(record.agent, lost.reason, lost.notBefore)
  const at = new Date(until).toISOString()
  const { id } = task
  const reason = `waits for the provider until ${at}: ${lost.reason}`
  const event = { type: "TaskWaited", task: id, reason: lost.reason, until: at } as const
  yield* transition(held, (old) => ({ ...old, reason, attempts: withAttempt(old.attempts, record) }), [])
  yield* board.wait(id, { reason: lost.reason, hint: `It goes on by itself at ${at}.`, ends: { until } }, event)
  const slept = Effect.sleep(Math.max(0, until - (yield* Clock.currentTimeMillis)))
  yield* resting(Effect.raceFirst(slept, drain.begun))
  yield* board.wait(id, undefined)
  if (drain.requested()) {
    const released = { type: "TaskReleased", task: id, reason } as const
    yield* transition(held, (old) => ({ ...old, status: "pending", reason }), released)
    return yield* Effect.interrupt
  }
  const goesOn = { type: "TaskRetried", task: id, attempt: record.n, reason: lost.reason } as const
  return yield* transition(
    held,
    (old) => ({ ...withoutReason(old), attempts: withAttempt(old.attempts, { ...record, outcome: "open" }) }),
    goesOn,
  )
})
