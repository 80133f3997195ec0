import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import { MessageChannel } from "node:worker_threads"
import type { AdapterEvent as Told, Job, Outcome as Ended } from "../../plugin.ts"
import { pulseOf } from "../machine/pulse.ts"
import { AdapterEvent } from "./adapterEvent.ts"
import type { PoolThreads } from "./poolThreads.ts"
import { AdapterCrashed, nameOf, wordsOf } from "./poolTrouble.ts"
import { credit, type FromJob, type ToJob, type Which } from "./poolWire.ts"

/** One attempt, and who drives it. */
export interface PoolRequest {
  readonly adapter: Which
  readonly job: Job
}

type Incoming = Exclude<FromJob, { readonly type: "here" }> | { readonly type: "crashed"; readonly reason: string }

/** A job on its worker: everything it says ends up in `inbox`, also that its worker died or was ended. */
interface Running {
  readonly crash: (reason: string) => AdapterCrashed
  readonly onEvent: (event: Told) => Effect.Effect<void>
  readonly inbox: Queue.Queue<Incoming>
  readonly say: (message: ToJob) => void
  readonly pulse: ReturnType<typeof pulseOf>
  readonly leave: () => void
  readonly settled: Promise<void>
  /** Nothing more comes from it. */
  over: boolean
  /** How many events were taken out of the inbox. */
  taken: number
  outcome: Ended | undefined
}

/** More than the grace an adapter gives its program before it kills it. */
const cancelTimeout = "10 seconds"

const decodeEvent = Schema.decodeUnknownEffect(Schema.fromJsonString(AdapterEvent))

/** Runs one job to its end, and hands on what its adapter tells. */
export const runJob = (threads: PoolThreads, request: PoolRequest, onEvent: (event: Told) => Effect.Effect<void>) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const running = yield* start(threads, request, onEvent)
      return yield* restore(follow(running)).pipe(Effect.ensuring(stop(running)), Effect.ensuring(part(running)))
    }),
  )

const start = (threads: PoolThreads, { adapter, job }: PoolRequest, onEvent: Running["onEvent"]) =>
  Effect.gen(function* () {
    const inbox = yield* Queue.unbounded<Incoming>()
    const { port1, port2 } = new MessageChannel()
    const say = (message: ToJob) => port1.postMessage(message)
    const lost = (cause: unknown) => void Queue.offerUnsafe(inbox, { type: "crashed", reason: wordsOf(cause) })
    const { result, end } = threads.run({ kind: "run", adapter, job, port: port2 }, [port2])
    const pulse = pulseOf(() => say({ type: "ping" }), end)
    port1.on("message", (message: FromJob) => {
      pulse.felt()
      if (message.type !== "here") Queue.offerUnsafe(inbox, message)
    })
    const leave = () => {
      pulse.stop()
      port1.close()
      end("it was left")
    }
    const crash = (reason: string) => new AdapterCrashed({ adapter: nameOf(adapter), reason })
    const settled = result.then(() => {}, lost).then(pulse.stop)
    const running: Running = { crash, onEvent, inbox, say, pulse, leave, settled, over: false, taken: 0, outcome: undefined }
    return running
  })

/** Takes what the job says until it ends, one way or another. */
const follow = Effect.fnUntraced(function* (running: Running) {
  for (;;) {
    const message = yield* Queue.take(running.inbox)
    if (message.type === "event") {
      yield* hear(running, message.json)
      continue
    }
    running.over = true
    if (message.type === "crashed") return yield* running.crash(message.reason)
    if (running.outcome !== undefined) return classed(running.outcome)
    return yield* running.crash(message.error ?? "it stopped without saying how it ended")
  }
})

const hear = Effect.fnUntraced(function* (running: Running, json: string) {
  running.taken += 1
  if (running.taken % (credit / 4) === 0) running.say({ type: "taken", count: credit / 4 })
  const event = yield* decodeEvent(json).pipe(Effect.mapError((cause) => running.crash(`it told what is no event: ${wordsOf(cause)}`)))
  if (event.type === "ended") running.outcome ??= event.outcome
  yield* running.onEvent(event)
})

const classed = (outcome: Ended): Ended => (outcome.ok || outcome.class !== undefined ? outcome : { ...outcome, class: "work" })

/** Asks the job to stop and hears it out; never by an abort of the pool, which ends the worker and every other job on it. */
const stop = (running: Running) =>
  Effect.suspend(() => {
    if (running.over) return Effect.void
    running.say({ type: "cancel" })
    running.pulse.hurry()
    const drain = Effect.gen(function* () {
      while (!running.over) {
        const message = yield* Queue.take(running.inbox)
        if (message.type === "event") yield* Effect.ignoreCause(hear(running, message.json))
        else running.over = true
      }
    })
    return drain.pipe(Effect.interruptible, Effect.timeoutOption(cancelTimeout), Effect.asVoid)
  })

/** Leaves a job. Until its worker has noticed, it would count as busy and the next job be given to another. */
const part = (running: Running) =>
  Effect.suspend(() => {
    running.say({ type: "left" })
    return Effect.promise(() => running.settled).pipe(
      Effect.interruptible,
      Effect.timeoutOption("1 second"),
      Effect.ensuring(Effect.sync(running.leave)),
    )
  })
