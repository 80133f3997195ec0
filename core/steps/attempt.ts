import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import type { EventBody } from "../domain/event.ts"
import type { AdapterEvent, Job, Outcome } from "../plugin.ts"
import { Pool } from "../world/pool.ts"
import type { PoolRequest } from "../world/pool.ts"
import { markVariable, Reaper } from "../world/reaper.ts"

/** One try of one task by one agent, with everything that bounds it. */
export interface AttemptInput {
  readonly adapter: PoolRequest["adapter"]
  readonly job: Job
  readonly attemptMs: number
  readonly idleMs: number
  readonly graceMs: number
  readonly emit: (event: EventBody) => Effect.Effect<void>
  /** Collects every path that the agent says it used. */
  readonly named: Set<string>
}

/**
 * Runs the agent until it ends, its time is over, or it was silent too long; then ends whatever it left running. The
 * outcome is the agent's own word: what it did is judged by others.
 */
export const attempt = Effect.fn("attempt")(function* (input: AttemptInput) {
  const pool = yield* Pool
  const started = yield* Clock.currentTimeMillis
  const heard = yield* Ref.make(started)
  const head = { task: input.job.task, attempt: input.job.attempt }
  const onEvent = (event: AdapterEvent) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      yield* Ref.set(heard, now)
      if (event.type === "used") for (const path of event.paths ?? []) input.named.add(path)
      const body = told(head, event, now - started)
      if (body !== undefined) yield* input.emit(body)
    })
  const watch = Effect.gen(function* () {
    for (;;) {
      const quiet = (yield* Clock.currentTimeMillis) - (yield* Ref.get(heard))
      if (quiet >= input.idleMs) break
      yield* Effect.sleep(input.idleMs - quiet)
    }
    return ended(`no sign of life for ${Math.round(input.idleMs / 1000)} s`)
  })
  const outcome = yield* pool.run({ adapter: input.adapter, job: input.job }, onEvent).pipe(
    Effect.catchTag("AdapterCrashed", (crash) => Effect.succeed<Outcome>({ ok: false, class: "environment", reason: crash.message })),
    Effect.raceFirst(watch),
    Effect.timeoutOrElse({
      duration: input.attemptMs,
      orElse: () => Effect.succeed(ended(`its time of ${Math.round(input.attemptMs / 1000)} s was over`)),
    }),
    Effect.ensuring(sweep(input)),
  )
  const ms = (yield* Clock.currentTimeMillis) - started
  yield* input.emit({
    type: "AgentEnded",
    ...head,
    ok: outcome.ok,
    ...(outcome.class === undefined ? {} : { class: outcome.class }),
    reason: outcome.reason,
    ...(outcome.session === undefined ? {} : { session: outcome.session }),
    ms,
  })
  return outcome
})

const ended = (reason: string): Outcome => ({ ok: false, class: "work", reason })

/** Whatever the agent started and left, grandchildren and daemons included, is gone, or named. */
const sweep = Effect.fnUntraced(function* (input: AttemptInput) {
  const reaper = yield* Reaper
  const mark = input.job.env[markVariable]
  const { found, left } = yield* reaper.reap({ ...(mark === undefined ? {} : { mark }), folder: input.job.cwd }, input.graceMs)
  if (found.length === 0) return
  yield* input.emit({
    type: "ProcessesReaped",
    task: input.job.task,
    processes: found.map(({ pid, command }) => ({ pid, command })),
  })
  if (left.length === 0) return
  yield* input.emit({
    type: "Warned",
    task: input.job.task,
    message: `these processes would not end: ${left.map(({ pid, command }) => `${pid} (${command})`).join(", ")}`,
    hint: `kill -9 ${left.map(({ pid }) => pid).join(" ")}`,
  })
})

const told = (head: { readonly task: number; readonly attempt: number }, event: AdapterEvent, ms: number): EventBody | undefined => {
  switch (event.type) {
    case "started":
      return {
        type: "AgentStarted",
        ...head,
        ...(event.pid === undefined ? {} : { pid: event.pid }),
        ...(event.session === undefined ? {} : { session: event.session }),
        ms,
      }
    case "said":
      return { type: "AgentSaid", ...head, text: event.text }
    case "used":
      return {
        type: "AgentUsed",
        ...head,
        tool: event.tool,
        ...(event.detail === undefined ? {} : { detail: event.detail }),
        ...(event.ok === undefined ? {} : { ok: event.ok }),
      }
    case "spent": {
      const { type: _, ...spent } = event
      return { type: "AgentSpent", ...head, ...spent }
    }
    case "retrying":
      return { type: "AgentRetried", ...head, reason: event.reason, ...(event.delayMs === undefined ? {} : { delayMs: event.delayMs }) }
    case "asked":
      return { type: "AgentAsked", ...head, question: event.question }
    case "ended":
      return undefined
  }
}
