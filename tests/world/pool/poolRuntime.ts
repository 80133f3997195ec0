/** Run as a program on each runtime by pool.runtimes.test.ts: prints what happened as one line of JSON, then must end by itself. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import type { AdapterEvent, Job } from "../../../core/plugin.ts"
import { Pool } from "../../../core/world/pool/pool.ts"
import { poolLayer } from "../../support/pool.ts"

const liar = { module: join(import.meta.dirname, "..", "..", "plugins", "fixtures", "liar.ts") }
const jobOf = (prompt: string, command?: readonly string[]): Job => ({
  task: 1,
  attempt: 1,
  title: "a title",
  prompt,
  cwd: tmpdir(),
  gitDirs: [],
  env: { PATH: process.env["PATH"] ?? "" },
  ...(command === undefined ? {} : { command }),
})

const verdict = (prompt: string, adapter: string | { readonly module: string } = liar, command?: readonly string[]) =>
  Pool.use((pool) => pool.run({ adapter, job: jobOf(prompt, command) }, () => Effect.void)).pipe(
    Effect.map((outcome) => (outcome.ok ? "ok" : (outcome.class ?? "none"))),
    Effect.catch((crash) => Effect.succeed(crash.reason)),
  )

const cancelled = (adapter: string | { readonly module: string }, command?: readonly string[]) =>
  Effect.gen(function* () {
    const pool = yield* Pool
    const spoke = yield* Deferred.make<void>()
    let last: AdapterEvent | undefined
    const hear = (event: AdapterEvent) =>
      Effect.suspend(() => {
        last = event
        return event.type === "said" ? Effect.asVoid(Deferred.succeed(spoke, undefined)) : Effect.void
      })
    const fiber = yield* pool.run({ adapter, job: jobOf("waits", command) }, hear).pipe(Effect.forkDetach({ startImmediately: true }))
    yield* Deferred.await(spoke)
    return Effect.as(Fiber.interrupt(fiber), undefined).pipe(Effect.map(() => (last?.type === "ended" ? last.outcome.class : last?.type)))
  })

const program = Effect.gen(function* () {
  const pool = yield* Pool
  const good = yield* verdict("good")
  const shell = yield* verdict("hello", "shell", ["sh", "-c", 'test "$(cat)" = hello'])
  const missing = yield* verdict("hello", "shell", ["no-such-program-anywhere"])
  const stops = yield* Effect.forEach(Array.from({ length: 12 }), () => cancelled(liar), { concurrency: "unbounded" })
  const together = new Set(yield* Effect.forEach(stops, (stop) => stop, { concurrency: "unbounded" }))
  const group = yield* Effect.flatten(cancelled("shell", ["sh", "-c", "sleep 300 & echo up; wait"]))
  const exits = yield* verdict("exits")
  const flood = yield* verdict("flood")
  const prints = yield* verdict("prints")
  const crash = yield* verdict("unhandled")
  const after = yield* verdict("good")
  let environment = ""
  const listen = (event: AdapterEvent) => Effect.sync(() => void (event.type === "said" && (environment += event.text)))
  yield* pool.run({ adapter: liar, job: jobOf("environment") }, listen)
  const names = yield* pool.names
  const plugin = yield* pool.load(liar.module)
  const detected = yield* pool.detect("shell", { PATH: process.env["PATH"] ?? "" }, ["sh"])
  const none = yield* pool.detect("claude", { PATH: "/nowhere" })
  const secret = environment.includes("secret-canary")
  return {
    secret,
    good,
    shell,
    missing,
    together: [...together],
    group,
    exits,
    flood,
    prints,
    crash,
    after,
    names,
    plugin,
    found: detected.found,
    none: none.found,
  }
})

process.env["OSIER_CANARY"] = "secret-canary"
// never disposed, on purpose: an idle pool must not keep a program alive
const runtime = ManagedRuntime.make(poolLayer)
console.log(JSON.stringify(await runtime.runPromise(program)))
