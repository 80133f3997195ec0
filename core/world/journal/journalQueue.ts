import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { Event } from "../../domain/event/event.ts"
import { placeEvent } from "../../domain/event/eventLine.ts"
import type { Appended, Saying } from "./journalAppender.ts"
import { JournalUnwritable } from "./journalTrouble.ts"

/** A batch is written when it is this big, or when its first event has waited this long. */
const batchEvents = 1_024
const batchMs = 5
/** A writer that is this far ahead of the disk waits for it. */
const queueEvents = 4_096
/** Unwritten events are kept up to this many, and tried again that often. */
const keptEvents = 10_000
const retryMs = 1_000

interface QueueOptions {
  readonly file: string
  readonly run: string
  /** One lock, one write, one fdatasync. Fails when nothing could be written at all. */
  readonly write: (sayings: readonly Saying[]) => Effect.Effect<Appended, unknown>
  /** Told of every event once: with its place, or with place 0 when it could not be written yet. */
  readonly deliver: (events: readonly Event[]) => Effect.Effect<void>
}

interface Flush {
  readonly upTo: number
  readonly done: Deferred.Deferred<void>
}

interface Waiting extends QueueOptions {
  readonly queue: Saying[]
  /** Delivered already, but not written: these come first when the disk takes events again. */
  unwritten: Saying[]
  lost: number
  trouble: { readonly reason: string; readonly retryAt: number } | undefined
  /** How many events were ever taken, and how many of them were dealt with. */
  accepted: number
  settled: number
  urgent: boolean
  flushes: readonly Flush[]
  readonly filled: Latch.Latch
  readonly full: Latch.Latch
  readonly room: Latch.Latch
}

/** What stands between those who say something and the file: batches, and memory for a disk that is full. */
export const journalQueue = Effect.fnUntraced(function* (options: QueueOptions) {
  const waiting: Waiting = {
    ...options,
    queue: [],
    unwritten: [],
    lost: 0,
    trouble: undefined,
    accepted: 0,
    settled: 0,
    urgent: false,
    flushes: [],
    filled: yield* Latch.make(false),
    full: yield* Latch.make(false),
    room: yield* Latch.make(true),
  }
  return {
    append: (sayings: readonly Saying[]) => append(waiting, sayings),
    flush: flush(waiting),
    drain: drain(waiting),
    work: work(waiting),
  }
})

const append = (waiting: Waiting, sayings: readonly Saying[]): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { queue, filled, full, room } = waiting
    queue.push(...sayings)
    waiting.accepted += sayings.length
    filled.openUnsafe()
    if (queue.length >= batchEvents) full.openUnsafe()
    if (queue.length < queueEvents) return Effect.void
    room.closeUnsafe()
    return room.await
  })

const flush = (waiting: Waiting) =>
  Effect.gen(function* () {
    const done = yield* Deferred.make<void>()
    waiting.flushes = [...waiting.flushes, { upTo: waiting.accepted, done }]
    waiting.urgent = true
    waiting.filled.openUnsafe()
    waiting.full.openUnsafe()
    yield* Deferred.await(done)
    yield* outcome(waiting)
  })

const drain = (waiting: Waiting) =>
  Effect.gen(function* () {
    waiting.urgent = true
    do yield* step(waiting)
    while (waiting.queue.length > 0)
    yield* outcome(waiting)
  })

const outcome = ({ file, trouble, unwritten }: Waiting) =>
  trouble === undefined ? Effect.void : new JournalUnwritable({ file, reason: trouble.reason, waiting: unwritten.length })

const work = (waiting: Waiting) =>
  Effect.gen(function* () {
    const something = waiting.filled.await
    yield* waiting.unwritten.length > 0 ? Effect.timeoutOption(something, retryMs) : something
    if (!waiting.urgent) yield* Effect.timeoutOption(waiting.full.await, batchMs)
    yield* step(waiting)
  }).pipe(Effect.forever)

/** Writes what waits, once. */
const step = Effect.fnUntraced(function* (waiting: Waiting) {
  const { queue } = waiting
  // A flush that is asked for while this goes on is answered by the next step: its answer must come from a try of its own.
  const asked = waiting.flushes
  waiting.flushes = []
  const batch = queue.splice(0, batchEvents)
  if (queue.length < batchEvents) waiting.full.closeUnsafe()
  if (queue.length === 0) waiting.filled.closeUnsafe()
  if (queue.length < queueEvents / 2) waiting.room.openUnsafe()
  if (batch.length > 0 || waiting.unwritten.length > 0) yield* settle(waiting, batch)
  waiting.settled += batch.length
  waiting.flushes = [...asked.filter((it) => it.upTo > waiting.settled), ...waiting.flushes]
  for (const { upTo, done } of asked) if (upTo <= waiting.settled) yield* Deferred.succeed(done, undefined)
}, Effect.uninterruptible)

/** Writes a batch behind what is unwritten; right after a failure the batch is only kept and delivered, unless it is urgent. */
const settle = Effect.fnUntraced(function* (waiting: Waiting, batch: readonly Saying[]) {
  const { trouble, urgent, run } = waiting
  if (trouble !== undefined && !urgent && performance.now() < trouble.retryAt) {
    keep(waiting, batch)
    yield* waiting.deliver(batch.map((it) => placeEvent(it.body, 0, it.at, run)))
    return
  }
  waiting.urgent = false
  const told = waiting.unwritten.length
  const sayings = [...waiting.unwritten, ...batch]
  const { events, failure } = yield* Effect.catch(waiting.write(sayings), (failure) => Effect.succeed<Appended>({ events: [], failure }))
  waiting.trouble = failure === undefined ? undefined : { reason: reasonOf(failure), retryAt: performance.now() + retryMs }
  const rest = sayings.slice(events.length)
  waiting.unwritten = []
  keep(waiting, rest)
  const news = rest.slice(Math.max(0, told - events.length)).map((it) => placeEvent(it.body, 0, it.at, run))
  yield* waiting.deliver([...events.slice(told), ...news])
  const last = sayings.at(-1)
  if (failure === undefined && waiting.lost > 0 && last !== undefined) confess(waiting, last.at)
})

const keep = (waiting: Waiting, sayings: readonly Saying[]): void => {
  const fits = sayings.slice(0, Math.max(0, keptEvents - waiting.unwritten.length))
  waiting.unwritten.push(...fits)
  waiting.lost += sayings.length - fits.length
}

/** That events were lost is an event too, and waits in the queue like any other. */
const confess = (waiting: Waiting, at: string): void => {
  const message = `${waiting.lost} events could not be recorded while the journal was unwritable`
  waiting.queue.push({ at, body: { type: "Warned", message, hint: "free space on the disk of the journal" } })
  waiting.accepted++
  waiting.lost = 0
  waiting.filled.openUnsafe()
}

const reasonOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure))
