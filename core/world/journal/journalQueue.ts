import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { Event } from "../../domain/event/event.ts"
import { placeEvent } from "../../domain/event/eventLine.ts"
import type { Appended, Saying } from "./journalAppender.ts"
import { JournalUnwritable } from "./journalTrouble.ts"

/** A batch is written when it is this big, or when its first event has waited this long. */
const batchEvents = 256
const batchMs = 5
/** A writer that is this far ahead of the disk waits for it. */
const queueEvents = 8_192
/** Unwritten events are kept up to this many, and tried again that often. */
const keptEvents = 10_000
const retryMs = 1_000

/** What stands between those who say something and the file: batches, and memory for a disk that is full. */
export const journalQueue = (options: {
  readonly file: string
  readonly run: string
  /** One lock, one write, one fdatasync. Fails when nothing could be written at all. */
  readonly write: (sayings: readonly Saying[]) => Effect.Effect<Appended, unknown>
  /** Told of every event once: with its place, or with place 0 when it could not be written yet. */
  readonly deliver: (events: readonly Event[]) => Effect.Effect<void>
}) =>
  Effect.gen(function* () {
    const queue: Saying[] = []
    /** Delivered already, but not written: these come first when the disk takes events again. */
    let unwritten: Saying[] = []
    let lost = 0
    let trouble: { readonly reason: string; readonly retryAt: number } | undefined
    let accepted = 0
    let settled = 0
    let urgent = false
    let flushes: { readonly upTo: number; readonly done: Deferred.Deferred<void> }[] = []
    const filled = yield* Latch.make(false)
    const full = yield* Latch.make(false)
    const room = yield* Latch.make(true)

    const keep = (sayings: readonly Saying[]) => {
      const fits = sayings.slice(0, Math.max(0, keptEvents - unwritten.length))
      unwritten.push(...fits)
      lost += sayings.length - fits.length
    }

    /** That events were lost is an event too, and waits in the queue like any other. */
    const confess = (at: string) => {
      const message = `${lost} events could not be recorded while the journal was unwritable`
      queue.push({ at, body: { type: "Warned", message, hint: "free space on the disk of the journal" } })
      accepted++
      lost = 0
      filled.openUnsafe()
    }

    const settle = Effect.fnUntraced(function* (batch: readonly Saying[]) {
      const told = unwritten.length
      const sayings = [...unwritten, ...batch]
      const { events, failure } = yield* Effect.catch(options.write(sayings), (failure) =>
        Effect.succeed<Appended>({ events: [], failure }),
      )
      trouble = failure === undefined ? undefined : { reason: reasonOf(failure), retryAt: performance.now() + retryMs }
      const rest = sayings.slice(events.length)
      unwritten = []
      keep(rest)
      const news = rest.slice(Math.max(0, told - events.length)).map((it) => placeEvent(it.body, 0, it.at, options.run))
      yield* options.deliver([...events.slice(told), ...news])
      const last = sayings.at(-1)
      if (failure === undefined && lost > 0 && last !== undefined) confess(last.at)
    })

    /** Writes what waits, once. */
    const step = Effect.uninterruptible(
      Effect.gen(function* () {
        // Whoever asks while this goes on is answered by the next one: its answer must come from a try of its own.
        const asked = flushes
        flushes = []
        const batch = queue.splice(0, batchEvents)
        if (queue.length < batchEvents) full.closeUnsafe()
        if (queue.length === 0) filled.closeUnsafe()
        if (queue.length < queueEvents / 2) room.openUnsafe()
        if (batch.length > 0 || unwritten.length > 0) {
          if (trouble !== undefined && !urgent && performance.now() < trouble.retryAt) {
            keep(batch)
            yield* options.deliver(batch.map((it) => placeEvent(it.body, 0, it.at, options.run)))
          } else {
            urgent = false
            yield* settle(batch)
          }
        }
        settled += batch.length
        flushes = [...asked.filter((it) => it.upTo > settled), ...flushes]
        for (const { upTo, done } of asked) if (upTo <= settled) yield* Deferred.succeed(done, undefined)
      }),
    )

    const work = Effect.gen(function* () {
      const something = filled.await
      yield* unwritten.length > 0 ? Effect.timeoutOption(something, retryMs) : something
      if (!urgent) yield* Effect.timeoutOption(full.await, batchMs)
      yield* step
    }).pipe(Effect.forever)

    const append = (sayings: readonly Saying[]): Effect.Effect<void> =>
      Effect.suspend(() => {
        queue.push(...sayings)
        accepted += sayings.length
        filled.openUnsafe()
        if (queue.length >= batchEvents) full.openUnsafe()
        if (queue.length < queueEvents) return Effect.void
        room.closeUnsafe()
        return room.await
      })

    const outcome = Effect.suspend(() =>
      trouble === undefined
        ? Effect.void
        : new JournalUnwritable({ file: options.file, reason: trouble.reason, waiting: unwritten.length }),
    )

    const flush = Effect.gen(function* () {
      const done = yield* Deferred.make<void>()
      flushes.push({ upTo: accepted, done })
      urgent = true
      filled.openUnsafe()
      full.openUnsafe()
      yield* Deferred.await(done)
      yield* outcome
    })

    const drain = Effect.gen(function* () {
      urgent = true
      do yield* step
      while (queue.length > 0)
      yield* outcome
    })

    return { append, flush, drain, work }
  })

const reasonOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure))
