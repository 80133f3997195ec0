import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { AdapterEvent as Told, AdapterFacts, Detection as Found, Outcome as Ended } from "../../plugin.ts"
import { ownClock } from "../machine/ownClock.ts"
import { Detection, Facts } from "./adapterEvent.ts"
import { type PoolRequest, runJob } from "./poolJob.ts"
import { type PoolThreads, poolThreads } from "./poolThreads.ts"
import { AdapterCrashed, nameOf, PluginUnusable, wordsOf } from "./poolTrouble.ts"
import type { PoolTask, Which } from "./poolWire.ts"
import { PoolWorker } from "./poolWorker.ts"

/** How long a worker may take to answer a question. */
const answerMs = 20_000

const decodeDetection = Schema.decodeUnknownEffect(Detection)
const decodeFacts = Schema.decodeUnknownEffect(Facts)
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
    /** What the adapter in a plugin's module says of itself; the module by its absolute path or file URL. */
    readonly load: (module: string) => Effect.Effect<AdapterFacts, PluginUnusable>
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
      return Pool.of({
        run: (request, onEvent) => Effect.withSpan(runJob(threads, request, onEvent), "Pool.run"),
        detect: (adapter, env, command) => detect(threads, adapter, env, command),
        load: (module) => load(threads, module),
        names: names(threads),
      })
    }),
  )
}

const detect = Effect.fn("Pool.detect")(function* (
  threads: PoolThreads,
  adapter: Which,
  env: Readonly<Record<string, string>>,
  command?: readonly string[],
) {
  const task = { kind: "detect", adapter, env, ...(command === undefined ? {} : { command }) } as const
  return yield* ask(threads, task).pipe(
    Effect.flatMap((answer) => decodeDetection(answer).pipe(Effect.mapError(wordsOf))),
    Effect.mapError((reason) => new AdapterCrashed({ adapter: nameOf(adapter), reason })),
  )
})

const load = Effect.fn("Pool.load")(function* (threads: PoolThreads, module: string) {
  return yield* ask(threads, { kind: "load", module }).pipe(
    Effect.flatMap((answer) => decodeFacts(answer).pipe(Effect.mapError(wordsOf))),
    Effect.mapError((reason) => new PluginUnusable({ file: module, reason })),
  )
})

const names = (threads: PoolThreads) =>
  ask(threads, { kind: "names" }).pipe(
    Effect.flatMap((answer) => decodeNames(answer).pipe(Effect.mapError(wordsOf))),
    Effect.mapError((reason) => new AdapterCrashed({ adapter: "built in", reason })),
  )

/** One question to a worker; it fails with the words of whatever went wrong. */
const ask = (threads: PoolThreads, task: PoolTask): Effect.Effect<unknown, string> =>
  Effect.acquireUseRelease(
    Effect.sync(() => threads.run(task, [])),
    ({ result }) => Effect.tryPromise({ try: () => result, catch: wordsOf }),
    ({ end }) => Effect.sync(() => end("it was given up")),
  ).pipe(
    (asked) => ownClock().within(answerMs, asked, Effect.fail("it did not answer in time")),
    Effect.flatMap((answer) => decodeAnswer(answer).pipe(Effect.mapError(wordsOf))),
    Effect.flatMap((answer) => ("error" in answer ? Effect.fail(answer.error) : Effect.succeed(answer.value))),
  )
