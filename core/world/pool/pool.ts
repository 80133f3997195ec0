import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import { MessageChannel } from "node:worker_threads"
import type { AdapterEvent as Told, Detection as Found, Job, Outcome as Ended } from "../../plugin.ts"
import { AdapterEvent, Detection } from "./adapterEvent.ts"
import { ownClock } from "../machine/ownClock.ts"
import { PoolWorker } from "./poolWorker.ts"
import { poolThreads } from "./poolThreads.ts"
import { pulseOf } from "../machine/pulse.ts"
import { credit, type FromJob, type PoolTask, type ToJob, type Which } from "./poolWire.ts"

/** An adapter broke its contract, threw, or took its worker down: the attempt is over, the run is not. */
export class AdapterCrashed extends Data.TaggedError("AdapterCrashed")<{ readonly adapter: string; readonly reason: string }> {
  override get message() {
    return `the adapter ${this.adapter} crashed: ${this.reason}`
  }
  get hint() {
    return "Run `osier doctor` to see which adapters work; a plugin of yours is checked by `osier plugin check <path>`."
  }
  readonly exit = 3
}

/** A module named under `plugins` is missing, throws when it is loaded, or exports no adapter. */
export class PluginUnusable extends Data.TaggedError("PluginUnusable")<{ readonly file: string; readonly reason: string }> {
  override get message() {
    return `the plugin ${this.file} can't be used: ${this.reason}`
  }
  get hint() {
    return "Its default export must be an adapter, an object with name, detect and run; correct `plugins` in osier.yaml."
  }
  readonly field = "plugins"
  readonly exit = 2
}

/** One attempt, and who drives it. */
export interface PoolRequest {
  readonly adapter: Which
  readonly job: Job
}

type Incoming = Exclude<FromJob, { readonly type: "here" }> | { readonly type: "crashed"; readonly reason: string }

/** More than the grace an adapter gives its program before it kills it. */
const cancelTimeout = "10 seconds"
const answerMs = 20_000

const nameOf = (which: Which): string => (typeof which === "string" ? which : which.module)
const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const decodeEvent = Schema.decodeUnknownEffect(Schema.fromJsonString(AdapterEvent))
const decodeDetection = Schema.decodeUnknownEffect(Detection)
const decodeNames = Schema.decodeUnknownEffect(Schema.Array(Schema.String))
const decodeAnswer = Schema.decodeUnknownEffect(
  Schema.fromJsonString(Schema.Union([Schema.Struct({ error: Schema.String }), Schema.Struct({ value: Schema.Unknown })])),
)

/** Adapters, run on worker threads: osier's own many to a thread, each job of a plugin on one of its own. */
export class Pool extends Context.Service<
  Pool,
  {
    /**
     * Runs one job and hands on what its adapter tells, the verdict included. Interrupting it stops the agent: the
     * adapter is told, and has ten seconds to end before it is given up.
     */
    readonly run: (request: PoolRequest, onEvent: (event: Told) => Effect.Effect<void>) => Effect.Effect<Ended, AdapterCrashed>
    /** Whether an adapter's program is there; spends nothing. */
    readonly detect: (
      adapter: Which,
      env: Readonly<Record<string, string>>,
      command?: readonly string[],
    ) => Effect.Effect<Found, AdapterCrashed>
    /** The name of the adapter in a plugin's module, by its absolute path or file URL. */
    readonly load: (module: string) => Effect.Effect<string, PluginUnusable>
    /** The names of the built-in adapters. */
    readonly names: Effect.Effect<readonly string[], AdapterCrashed>
  }
>()("core/world/Pool") {
  static readonly layer = Layer.effect(
    Pool,
    Effect.gen(function* () {
      const filename = yield* PoolWorker
      const threads = yield* Effect.acquireRelease(
        Effect.sync(() => poolThreads(filename)),
        (made) => Effect.promise(() => made.close()).pipe(Effect.timeoutOption("5 seconds")),
      )

      const ask = (task: PoolTask): Effect.Effect<unknown, string> =>
        Effect.acquireUseRelease(
          Effect.sync(() => threads.run(task, [])),
          ({ result }) => Effect.tryPromise({ try: () => result, catch: wordsOf }),
          ({ end }) => Effect.sync(() => end("it was given up")),
        ).pipe(
          (asked) => ownClock().within(answerMs, asked, Effect.fail("it did not answer in time")),
          Effect.flatMap((answer) => decodeAnswer(answer).pipe(Effect.mapError(wordsOf))),
          Effect.flatMap((answer) => ("error" in answer ? Effect.fail(answer.error) : Effect.succeed(answer.value))),
        )

      const detect = Effect.fn("Pool.detect")(function* (
        adapter: Which,
        env: Readonly<Record<string, string>>,
        command?: readonly string[],
      ) {
        const task = { kind: "detect", adapter, env, ...(command === undefined ? {} : { command }) } as const
        return yield* ask(task).pipe(
          Effect.flatMap((answer) => decodeDetection(answer).pipe(Effect.mapError(wordsOf))),
          Effect.mapError((reason) => new AdapterCrashed({ adapter: nameOf(adapter), reason })),
        )
      })

      const load = Effect.fn("Pool.load")(function* (module: string) {
        const answer = yield* ask({ kind: "load", module }).pipe(Effect.mapError((reason) => new PluginUnusable({ file: module, reason })))
        return String(answer)
      })

      const names = ask({ kind: "names" }).pipe(
        Effect.flatMap((answer) => decodeNames(answer).pipe(Effect.mapError(wordsOf))),
        Effect.mapError((reason) => new AdapterCrashed({ adapter: "built in", reason })),
      )

      /** Starts the job; everything it says ends up in `inbox`, also that its worker died or was ended. */
      const start = ({ adapter, job }: PoolRequest) =>
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
          const settled = result.then(() => {}, lost).then(pulse.stop)
          const leave = () => {
            pulse.stop()
            port1.close()
            end("it was left")
          }
          return { inbox, say, pulse, leave, settled }
        })

      const run = (request: PoolRequest, onEvent: (event: Told) => Effect.Effect<void>) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.gen(function* () {
            const job = yield* start(request)
            const crash = (reason: string) => new AdapterCrashed({ adapter: nameOf(request.adapter), reason })
            let over = false
            let taken = 0
            let outcome: Ended | undefined

            const hear = (json: string) =>
              Effect.gen(function* () {
                taken += 1
                if (taken % (credit / 4) === 0) job.say({ type: "taken", count: credit / 4 })
                const event = yield* decodeEvent(json).pipe(
                  Effect.mapError((cause) => crash(`it told what is no event: ${wordsOf(cause)}`)),
                )
                if (event.type === "ended") outcome ??= event.outcome
                yield* onEvent(event)
              })

            const follow = Effect.gen(function* () {
              for (;;) {
                const message = yield* Queue.take(job.inbox)
                if (message.type === "event") {
                  yield* hear(message.json)
                  continue
                }
                over = true
                if (message.type === "crashed") return yield* crash(message.reason)
                if (outcome !== undefined)
                  return outcome.ok || outcome.class !== undefined ? outcome : { ...outcome, class: "work" as const }
                return yield* crash(message.error ?? "it stopped without saying how it ended")
              }
            })

            // Never by an abort of the pool, which ends the worker and every other job on it.
            const stop = Effect.suspend(() => {
              if (over) return Effect.void
              job.say({ type: "cancel" })
              job.pulse.hurry()
              const drain = Effect.gen(function* () {
                while (!over) {
                  const message = yield* Queue.take(job.inbox)
                  if (message.type === "event") yield* Effect.ignoreCause(hear(message.json))
                  else over = true
                }
              })
              return drain.pipe(Effect.interruptible, Effect.timeoutOption(cancelTimeout), Effect.asVoid)
            })

            // until its worker has noticed, it would count as busy and the next job be given to another
            const part = Effect.suspend(() => {
              job.say({ type: "left" })
              return Effect.promise(() => job.settled).pipe(
                Effect.interruptible,
                Effect.timeoutOption("1 second"),
                Effect.ensuring(Effect.sync(job.leave)),
              )
            })
            return yield* restore(follow).pipe(Effect.ensuring(stop), Effect.ensuring(part))
          }),
        )

      return Pool.of({ run: (request, onEvent) => Effect.withSpan(run(request, onEvent), "Pool.run"), detect, load, names })
    }),
  )
}
