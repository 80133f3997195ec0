import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import type { EventBody } from "../../../core/domain/event/event.ts"
import type { AdapterEvent } from "../../../core/plugin.ts"
import { attempt } from "../../../core/steps/attempt/attempt.ts"
import type { AttemptInput } from "../../../core/steps/attempt/attempt.ts"
import { Machine } from "../../../core/world/machine/machine.ts"
import { Objects } from "../../../core/world/git/objects.ts"
import { Pool } from "../../../core/world/pool/pool.ts"
import { AdapterCrashed } from "../../../core/world/pool/poolTrouble.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import { Reaper } from "../../../core/world/machine/reaper.ts"
import { Sightings } from "../../../core/world/machine/sightings.ts"

const job = { task: 1, attempt: 1, title: "", prompt: "", cwd: "/t", gitDirs: [], env: {} }

/** An attempt by an agent that tells this; one that does not end is silent then. */
const attempted = async (told: readonly AdapterEvent[], input: Partial<AttemptInput> & { readonly crash?: string } = {}) => {
  const events: EventBody[] = []
  const sessions: string[] = []
  const pool: Pool["Service"] = {
    run: (_, onEvent) =>
      Effect.gen(function* () {
        for (const event of told) {
          yield* onEvent(event)
          if (event.type === "ended") return event.outcome
        }
        if (input.crash !== undefined) return yield* new AdapterCrashed({ adapter: "a", reason: input.crash })
        return yield* Effect.never
      }),
    detect: () => Effect.succeed({ found: true }),
    load: () => Effect.succeed({ name: "a" }),
    names: Effect.succeed([]),
  }
  const world = Layer.mergeAll(
    // Asked only whether the task is still its owner's, which is said here.
    Layer.mock(Machine)({ self: { host: "h", boot: "b", pid: 2, started: "s" } }),
    Layer.mock(Objects)({}),
    Layer.mock(Refs)({}),
    Layer.mock(Sightings)({}),
    Layer.succeed(Pool, pool),
    Layer.succeed(Reaper, {
      find: () => Effect.succeed([]),
      ticks: () => Effect.succeed(0),
      reap: () => Effect.succeed({ found: [], left: [] }),
    }),
  )
  const outcome = await Effect.runPromise(
    attempt({
      ...{ adapter: "a", job, attemptMs: 60_000, idleMs: 60_000, graceMs: 1, before: {}, named: new Set<string>() },
      emit: (event) => Effect.sync(() => void events.push(event)),
      onSession: (session) => Effect.sync(() => void sessions.push(session)),
      ours: Effect.succeed(false),
      ...input,
    }).pipe(Effect.provide(world)),
  )
  return { outcome, events, sessions }
}

const started = { type: "started", session: "s-1" } as const
const reconnecting = { type: "retrying", reason: "waiting for network" } as const

test("a session is told when it is known, and is in the outcome, whoever ends the agent", async () => {
  const { outcome, sessions } = await attempted([{ type: "started", pid: 2 }, started, started], { idleMs: 10 })
  expect(sessions).toEqual(["s-1"])
  expect(outcome).toMatchObject({ ok: false, class: "work", reason: expect.stringContaining("no sign of life"), session: "s-1" })
})

test.each([
  ["no sign of life", { idleMs: 10 }],
  ["its time of", { attemptMs: 10 }],
])("%s, while the program repeats what is not answered, is the provider's", async (words, limits) => {
  const { outcome } = await attempted([started, reconnecting, { type: "alive" }], limits)
  expect(outcome).toMatchObject({ class: "provider", reason: expect.stringContaining(words), session: "s-1" })
  expect(outcome.reason).toContain("waiting for network")
  const later = await attempted([started, reconnecting, { type: "said", text: "on" }], limits)
  expect(later.outcome.class).toBe("work")
})

test("an adapter that fell over is a crash, in the session that is gone on with", async () => {
  const { outcome } = await attempted([], { crash: "boom", job: { ...job, session: "old" } })
  expect(outcome).toMatchObject({ ok: false, class: "crash", session: "old" })
})

test("a session that is lost is forgotten", async () => {
  const lost = { type: "ended", outcome: { ok: false, class: "work", reason: "too long", session: null } } as const
  expect((await attempted([started, lost])).outcome.session).toBeUndefined()
})

test("what is spent is the attempt's own, also where its program tells the session's total", async () => {
  const told: readonly AdapterEvent[] = [
    started,
    { type: "spent", inputTokens: 300, outputTokens: 60 },
    { type: "spent", costUsd: 0.0036, total: true },
    { type: "spent", costUsd: 0.005, total: true },
    { type: "ended", outcome: { ok: true, reason: "done" } },
  ]
  const { outcome, events } = await attempted(told, { before: { costUsd: 0.0016 }, job: { ...job, session: "s-1" } })
  expect(outcome.spent).toEqual({ inputTokens: 300, outputTokens: 60, costUsd: expect.closeTo(0.0034, 6) })
  expect(events.filter(({ type }) => type === "AgentSpent")).toHaveLength(3)
  const fresh = await attempted(told, { before: { costUsd: 0.0016 }, job: { ...job, session: "another" } })
  expect(fresh.outcome.spent?.costUsd).toBeCloseTo(0.005, 6)
})
