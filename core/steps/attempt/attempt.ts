import * as Effect from "effect/Effect"
import type { EventBody } from "../../domain/event/event.ts"
import { agentEvent } from "./agentEvent.ts"
import { spentSince, spentTogether } from "../../domain/task/spent.ts"
import type { Spent } from "../../domain/task/spent.ts"
import { flood } from "../../domain/event/flood.ts"
import type { Passed } from "../../domain/event/flood.ts"
import type { AdapterEvent, Job, Outcome } from "../../plugin.ts"
import type { Machine } from "../../world/machine/machine.ts"
import type { Refs } from "../../world/git/refs.ts"
import type { Sightings } from "../../world/machine/sightings.ts"
import type { Objects } from "../../world/git/objects.ts"
import { breathMs, ownClock } from "../../world/machine/ownClock.ts"
import { Pool } from "../../world/pool/pool.ts"
import type { PoolRequest } from "../../world/pool/poolJob.ts"
import { markVariable, Reaper } from "../../world/machine/reaper.ts"

/** One try of one task by one agent, with everything that bounds it. */
export interface AttemptInput {
  readonly adapter: PoolRequest["adapter"]
  readonly job: Job
  readonly attemptMs: number
  readonly idleMs: number
  readonly graceMs: number
  readonly emit: (event: EventBody) => Effect.Effect<void>
  /** Whether the task is still its owner's, whose tree and processes these are. */
  readonly ours: Effect.Effect<boolean, never, Machine | Objects | Refs | Sightings>
  /** What the session that is gone on with has used so far, as the record knows it. */
  readonly before: Spent
  /** Told each time another session is known: from then on it can be gone on with, whatever happens. */
  readonly onSession: (session: string) => Effect.Effect<void>
  /** Collects every path that the agent says it used. */
  readonly named: Set<string>
}

/** What an attempt came to, its session and what it spent included, whoever ended it. */
export interface AttemptEnd extends Omit<Outcome, "session"> {
  readonly session?: string
  readonly spent?: Spent
  /** What its tool for questions asked last. */
  readonly question?: string
}

/** What is known of an attempt while it runs. */
interface Running {
  readonly input: AttemptInput
  readonly head: { readonly task: number; readonly attempt: number }
  /** Time in which osier itself was stopped is nobody's silence. */
  readonly clock: ReturnType<typeof ownClock>
  readonly started: number
  readonly rate: ReturnType<typeof flood<EventBody>>
  readonly books: ReturnType<typeof bookkeeping>
  /** When it gave its last sign of life. */
  heard: number
  /** What it asks, and what it said, in this moment. */
  question: string | undefined
  said: string
  /** What its tool for questions asked last. */
  asked: string | undefined
  /** What its program repeats is not answered: a silence then is the provider's. */
  repeated: string | undefined
  session: string | undefined
}

/**
 * Runs the agent until it ends, its time is over, or it was silent too long; then ends whatever it left running. The
 * outcome is the agent's own word: what it did is judged by others.
 */
export const attempt = Effect.fn("attempt")(function* (input: AttemptInput) {
  const pool = yield* Pool
  const running = yield* begin(input)
  const { head, clock, started } = running
  const told = yield* pool
    .run({ adapter: input.adapter, job: input.job }, (event) => hear(running, event))
    .pipe(
      Effect.catchTag("AdapterCrashed", (crash) => Effect.succeed<Outcome>({ ok: false, class: "crash", reason: crash.message })),
      Effect.raceFirst(watch(running)),
      (agent) =>
        clock.within(
          input.attemptMs,
          agent,
          Effect.sync(() => limited(running, `its time of ${Math.round(input.attemptMs / 1000)} s was over`)),
        ),
      Effect.ensuring(sweep(input)),
      Effect.ensuring(Effect.suspend(() => tell(running, running.rate.end()))),
      Effect.onInterrupt(() =>
        Effect.flatMap(clock.now, (now) => {
          const known = running.session === undefined ? {} : { session: running.session }
          const ended = { ok: false, class: "cancelled", reason: "interrupted" } as const
          return input.emit({ type: "AgentEnded", ...head, ...ended, ...known, ms: now - started })
        }),
      ),
    )
  const outcome = withSession(told, running.session ?? input.job.session, { spent: running.books.sum(), asked: running.asked })
  const ms = (yield* clock.now) - started
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

const begin = Effect.fnUntraced(function* (input: AttemptInput) {
  const clock = ownClock()
  const started = yield* clock.now
  const running: Running = {
    input,
    head: { task: input.job.task, attempt: input.job.attempt },
    clock,
    started,
    rate: flood((body: EventBody) => JSON.stringify(body).length),
    books: bookkeeping(input.before),
    heard: started,
    question: undefined,
    said: "",
    asked: undefined,
    repeated: undefined,
    session: undefined,
  }
  return running
})

/** Takes in one thing that the agent told, and passes it on as an event. */
const hear = Effect.fnUntraced(function* (running: Running, event: AdapterEvent) {
  const { input, head, clock, rate, books } = running
  running.heard = yield* clock.now
  if (event.type === "alive") return
  if (event.type === "asked") running.asked = event.question
  if (event.type === "retrying") running.repeated = event.reason
  else if (event.type !== "started" && event.type !== "spent") running.repeated = undefined
  if (event.type === "started" && event.session !== undefined && event.session !== running.session) {
    running.session = event.session
    yield* input.onSession(event.session)
  }
  if (event.type === "spent") {
    const spent = books.take(event, running.session === input.job.session)
    return yield* tell(running, rate.take({ type: "AgentSpent", ...head, ...spent }, running.heard))
  }
  running.question = event.type === "asked" ? event.question : undefined
  running.said = event.type === "said" ? event.text : ""
  if (event.type === "used") for (const path of event.paths ?? []) input.named.add(path)
  const body = agentEvent(head, event, running.heard - running.started)
  if (body !== undefined) yield* tell(running, rate.take(body, running.heard))
})

const tell = Effect.fnUntraced(function* ({ input, head }: Running, { folded, pass }: Passed<EventBody>) {
  if (folded > 0) yield* input.emit({ type: "AgentFolded", ...head, events: folded })
  for (const body of pass) yield* input.emit(body)
})

/** Ends when the agent was silent too long: it waits for an answer, or gives no sign of life. */
const watch = Effect.fnUntraced(function* (running: Running) {
  const { input, clock } = running
  const reaper = yield* Reaper
  const traces = { ...markOf(input), folder: input.job.cwd }
  let ticks = 0
  for (;;) {
    const quiet = (yield* clock.now) - running.heard
    if (quiet < input.idleMs) {
      yield* clock.sleep(input.idleMs - quiet)
      // What it said in time may still wait to be read.
      if ((yield* clock.now) - running.heard >= input.idleMs) yield* Effect.sleep(breathMs)
      continue
    }
    // An agent that says nothing while its tools compute is not idle; one that waits at a prompt uses next to nothing.
    const used = yield* reaper.ticks(traces)
    if (running.question !== undefined || used - ticks <= input.idleMs / busyShare) break
    ticks = used
    running.heard = yield* clock.now
  }
  const { question, said } = running
  const prompted = question ?? (prompts.test(said) ? said.trim().slice(-200) : undefined)
  if (prompted !== undefined) return { ok: false, class: "plan", reason: `it waits for an answer: ${prompted}` } satisfies Outcome
  return limited(running, `no sign of life for ${Math.round(input.idleMs / 1000)} s`)
})

const limited = ({ repeated }: Running, reason: string): Outcome => {
  if (repeated === undefined) return { ok: false, class: "work", reason }
  return { ok: false, class: "provider", reason: `${reason}, while it repeated what the provider did not answer: ${repeated}` }
}

/** What the processes of this attempt carry, so that they can be found. */
const markOf = ({ job }: AttemptInput): { readonly mark?: string } => {
  const mark = job.env[markVariable]
  return mark === undefined ? {} : { mark }
}

/** The last words before a silence of a program that waits for somebody to type something. */
const prompts =
  /\?\s*$|[[(](?:y|yes)\/(?:n|no)[\])]\s*:?\s*$|(?:pass(?:word|phrase)|enter|press|type|select|choose|continue|proceed)\b.*[:>]\s*$/i

/** Milliseconds of silence for each tick of processor time that makes up for them: one part in fifty. */
const busyShare = 500

/** A program that was ended, or never said it, was all the same in the session that it began. */
const withSession = (
  { session: told, ...outcome }: Outcome,
  known: string | undefined,
  { spent, asked }: { readonly spent: Spent; readonly asked: string | undefined },
): AttemptEnd => {
  const session = told === null ? undefined : (told ?? known)
  return {
    ...outcome,
    ...(session === undefined ? {} : { session }),
    ...(Object.keys(spent).length === 0 ? {} : { spent }),
    ...(asked === undefined ? {} : { question: asked }),
  }
}

/** Sums up what an attempt spends; a total counts from where the session stood before, if it is that session. */
const bookkeeping = (before: Spent) => {
  let sum: Spent = {}
  let total: Spent | undefined
  return {
    sum: () => sum,
    take: ({ type: _, total: isTotal, ...told }: Extract<AdapterEvent, { type: "spent" }>, resumed: boolean): Spent => {
      const part = isTotal === true ? spentSince(told, total ?? (resumed ? before : {})) : told
      if (isTotal === true) total = { ...(total ?? (resumed ? before : {})), ...told }
      sum = spentTogether([sum, part])
      return part
    },
  }
}

/** Whatever the agent started and left, grandchildren and daemons included, is gone, or named. */
const sweep = Effect.fnUntraced(function* (input: AttemptInput) {
  const reaper = yield* Reaper
  // The mark is this attempt's alone; in its folder another owner may be at work by now.
  const folder = (yield* input.ours) ? { folder: input.job.cwd } : {}
  const { found, left } = yield* reaper.reap({ ...markOf(input), ...folder }, input.graceMs)
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
