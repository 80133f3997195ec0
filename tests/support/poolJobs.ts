import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { AdapterEvent, Job } from "../../core/plugin.ts"
import { Pool } from "../../core/world/pool/pool.ts"
import { poolLayer } from "./pool.ts"

/** Where a plugin made for tests lies. */
export const fixture = (name: string) => ({ module: join(import.meta.dirname, "..", "plugins", "fixtures", name) })

/** An adapter that misbehaves as its prompt says. */
export const liar = fixture("liar.ts")

/** A job with nothing in it but a prompt. */
export const job = (prompt: string, more: Partial<Job> = {}): Job => ({
  task: 1,
  attempt: 1,
  title: "a title",
  prompt,
  cwd: tmpdir(),
  gitDirs: [],
  env: { PATH: process.env["PATH"] ?? "" },
  ...more,
})

/** Runs something in a pool of its own. */
export const inPool = <A, E>(effect: Effect.Effect<A, E, Pool>) => Effect.runPromise(effect.pipe(Effect.provide(poolLayer)))

/** Runs a job to its end: what it said, and how it ended. */
export const telling = (prompt: string, adapter: string | { readonly module: string } = liar, more: Partial<Job> = {}) =>
  Effect.gen(function* () {
    const pool = yield* Pool
    const events: AdapterEvent[] = []
    const exit = yield* Effect.exit(pool.run({ adapter, job: job(prompt, more) }, (event) => Effect.sync(() => void events.push(event))))
    const said = events.flatMap((event) => (event.type === "said" ? [event.text] : []))
    const crash = Exit.findErrorOption(exit)
    return { said, events, outcome: Exit.isSuccess(exit) ? exit.value : undefined, crash: crash._tag === "Some" ? crash.value : undefined }
  })

/** Starts a job and waits for its first word. */
export const started = (prompt: string, adapter: string | { readonly module: string } = liar, more: Partial<Job> = {}) =>
  Effect.gen(function* () {
    const pool = yield* Pool
    const spoke = yield* Deferred.make<void>()
    const events: AdapterEvent[] = []
    const fiber = yield* pool
      .run({ adapter, job: job(prompt, more) }, (event) =>
        Effect.suspend(() => {
          events.push(event)
          return event.type === "said" ? Effect.asVoid(Deferred.succeed(spoke, undefined)) : Effect.void
        }),
      )
      .pipe(Effect.forkDetach({ startImmediately: true }))
    yield* Deferred.await(spoke)
    return { fiber, events }
  })
