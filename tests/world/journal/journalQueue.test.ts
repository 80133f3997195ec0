import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import type { Event } from "../../../core/domain/event/event.ts"
import { placeEvent } from "../../../core/domain/event/eventLine.ts"
import type { Saying } from "../../../core/world/journal/journalAppender.ts"
import { journalQueue } from "../../../core/world/journal/journalQueue.ts"
import { upTo } from "../../support/journalFolder.ts"

const saying = (task: number): Saying => ({ at: "2026-11-20T10:07:00.000Z", body: { type: "AgentSaid", task, attempt: 1, text: "x" } })

/** A disk that is full until it is told otherwise. */
const disk = () => {
  const state = { isFull: true, written: new Array<Event>(), batches: new Array<number>(), heard: new Array<Event>() }
  const write = (sayings: readonly Saying[]) =>
    Effect.gen(function* () {
      if (state.isFull) return yield* Effect.fail(new Error("no space left on device"))
      const events = sayings.map((it, index) => placeEvent(it.body, state.written.length + index + 1, it.at, "run"))
      state.written.push(...events)
      state.batches.push(events.length)
      return { events }
    })
  const deliver = (events: readonly Event[]) => Effect.sync(() => void state.heard.push(...events))
  return { state, queue: journalQueue({ file: "journal.jsonl", run: "run", write, deliver }) }
}

const withDisk = (
  act: (queue: Effect.Success<ReturnType<typeof journalQueue>>, state: ReturnType<typeof disk>["state"]) => Effect.Effect<void, unknown>,
) =>
  Effect.gen(function* () {
    const { state, queue } = disk()
    const it = yield* queue
    yield* Effect.forkScoped(it.work)
    yield* act(it, state)
  }).pipe(Effect.scoped, Effect.runPromise)

test("a full disk costs bounded memory: what is beyond it is counted, and the loss is an event of its own", () =>
  withDisk((queue, state) =>
    Effect.gen(function* () {
      for (let n = 1; n <= 10_050; n += 50) yield* queue.append(upTo(50).map((it) => saying(n + it - 1)))
      expect(yield* Effect.flip(queue.flush)).toMatchObject({
        _tag: "JournalUnwritable",
        waiting: 10_000,
        reason: "no space left on device",
      })
      // Who listens has heard all of it, in order, without a place.
      expect(state.heard.map((event) => ("task" in event ? event.task : 0))).toEqual(upTo(10_050))
      expect(new Set(state.heard.map((event) => event.seq))).toEqual(new Set([0]))
      state.isFull = false
      yield* queue.flush
      yield* queue.flush
      expect(state.written.slice(0, 10_000).map((event) => ("task" in event ? event.task : 0))).toEqual(upTo(10_000))
      expect(state.written.slice(10_000)).toMatchObject([{ seq: 10_001, type: "Warned", message: expect.stringContaining("50 events") }])
      // Only the loss is news; the rest has been heard.
      expect(state.heard).toHaveLength(10_051)
    }),
  ))

test("batches are bounded, nothing waits for more, and closing writes the rest", async () => {
  const { state, queue } = disk()
  state.isFull = false
  await Effect.gen(function* () {
    const it = yield* queue
    const work = yield* Effect.forkScoped(it.work)
    yield* it.append([saying(1)])
    yield* it.flush
    expect(state.batches).toEqual([1])
    yield* it.append(upTo(3_000).map(saying))
    yield* it.flush
    expect(Math.max(...state.batches)).toBe(1_024)
    work.interruptUnsafe()
    yield* it.append(upTo(2_000).map(saying))
    yield* it.drain
    expect(state.written).toHaveLength(5_001)
  }).pipe(Effect.scoped, Effect.runPromise)
})
