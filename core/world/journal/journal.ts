import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import { nanoid } from "nanoid"
import { join } from "node:path"
import type { Event, EventBody } from "../../domain/event/event.ts"
import { placeEvent, readEventLine, writeEvent } from "../../domain/event/eventLine.ts"
import { redactAll } from "../../domain/text/redactAll.ts"
import { redacted, secretValues } from "../../domain/secret/secret.ts"
import { type Changes, fileChanges, toldChanges } from "./changes.ts"
import { journalAppender, type Saying } from "./journalAppender.ts"
import { type JournalBatch, type JournalCursor, journalCursor } from "./journalCursor.ts"
import { journalQueue } from "./journalQueue.ts"
import { JournalUnreadable, JournalUnwritable } from "./journalTrouble.ts"
import { Mutex } from "../machine/mutex.ts"
import { Environment } from "../machine/environment.ts"

/** A subscriber within this process that is further behind than this loses its oldest events; `follow` never does. */
const subscriberEvents = 65_536

/** Another process holds the append lock for a moment only; longer than this it is stuck, which must not stop a run. */
const lockWait = "5 seconds"

/** The append-only list of events of one repository on this machine, shared by all of its runs. */
export class Journal extends Context.Service<
  Journal,
  {
    /** The run whose events `append` writes, "" outside of runs. */
    readonly run: string
    /** Queues events to be written within milliseconds. Never fails: see `flush`. Waits only when far ahead of the disk. */
    append(body: EventBody | readonly EventBody[]): Effect.Effect<void>
    /** Waits until all that was appended is on the disk. */
    readonly flush: Effect.Effect<void, JournalUnwritable>
    /** The journal's name, which changes when its file is deleted. Starts the journal if there is none. */
    readonly id: Effect.Effect<string, JournalUnreadable | JournalUnwritable>
    /** The journal and its last place; "" and 0 when there is none. */
    readonly position: Effect.Effect<{ readonly journal: string; readonly seq: number }, JournalUnreadable>
    /** What is in the journal behind `since`. */
    read(since: number): Stream.Stream<Event, JournalUnreadable>
    /** What is in the journal behind `since`, then what any process appends. A new journal starts over with its first event. */
    follow(since: number): Stream.Stream<Event, JournalUnreadable>
    /** The same as `follow` in batches of lines as they are in the file, for those who pass them on; `since` of the named journal. */
    batches(since: number, journal?: string): Stream.Stream<JournalBatch, JournalUnreadable>
    /** This process's own events from now on. One that could not be written comes with place 0: a full disk silences nobody. */
    readonly subscribe: Stream.Stream<Event>
  }
>()("core/world/journal") {
  /** The journal in a folder, written to by `run`. */
  static readonly layer = (directory: string, run: string) =>
    Layer.effect(
      Journal,
      Effect.gen(function* () {
        const mutex = yield* Mutex
        const file = join(directory, "journal.jsonl")
        const appender = journalAppender(file, run, nanoid)
        const changes = yield* fileChanges(file)
        const live = yield* PubSub.sliding<Event>(subscriberEvents)

        // Uninterruptible, because an interrupted promise would go on writing after the lock is released.
        const write = (sayings: readonly Saying[]) =>
          mutex.withLock(
            join(directory, "journal.lock"),
            Effect.uninterruptible(Effect.tryPromise({ try: () => appender.append(sayings), catch: asError })),
            { wait: lockWait },
          )
        const deliver = (events: readonly Event[]) => Effect.andThen(PubSub.publishAll(live, events), Effect.sync(changes.tell))
        const queue = yield* journalQueue({ file, run, write, deliver })

        yield* Effect.addFinalizer(() =>
          queue.drain.pipe(
            Effect.andThen(Effect.promise(appender.close)),
            Effect.catchCause((cause) => Effect.logWarning("the journal is incomplete", cause)),
          ),
        )
        yield* Effect.forkScoped(queue.work)

        const reading = readings((since, named) => journalCursor(file, since, named), changes, file)
        const unwritable = (cause: unknown) => new JournalUnwritable({ file, reason: asError(cause).message, waiting: 0 })
        const id = Effect.gen(function* () {
          const found = yield* reading.position
          if (found.journal !== "") return found.journal
          const { failure } = yield* Effect.mapError(write([]), unwritable)
          if (failure !== undefined) return yield* unwritable(failure)
          return (yield* reading.position).journal
        })
        const append = (body: EventBody | readonly EventBody[]) => Effect.flatMap(saying(body), queue.append)
        return Journal.of({ run, append, flush: queue.flush, id, ...reading, subscribe: Stream.fromPubSub(live) })
      }),
    )

  /** A journal of this process alone that nothing can go wrong with, for simulation. */
  static readonly memory = (run: string) =>
    Layer.effect(
      Journal,
      Effect.gen(function* () {
        const changes = toldChanges((told) => told)
        const live = yield* PubSub.sliding<Event>(subscriberEvents)
        const events: Event[] = []
        const append = Effect.fnUntraced(function* (body: EventBody | readonly EventBody[]) {
          const placed = (yield* saying(body)).map((it, index) => placeEvent(it.body, events.length + index + 1, it.at, run))
          events.push(...placed)
          yield* PubSub.publishAll(live, placed)
          changes.tell()
        })
        yield* append({ type: "JournalStarted", journal: "memory" })
        const reading = readings((since) => memoryCursor(events, since), changes, "memory")
        return Journal.of({ run, append, flush: Effect.void, id: Effect.succeed("memory"), ...reading, subscribe: Stream.fromPubSub(live) })
      }),
    )
}

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)))

/** Looked up once for each environment: a journal takes thousands of events a second. */
const known = new WeakMap<object, ReturnType<typeof secretValues>>()
const valuesOf = (variables: Readonly<Record<string, string | undefined>>): ReturnType<typeof secretValues> => {
  const values = known.get(variables) ?? secretValues(variables)
  known.set(variables, values)
  return values
}

/** Programs say what they like, and whatever reads events may write them down anywhere. */
const saying = (body: EventBody | readonly EventBody[]): Effect.Effect<readonly Saying[]> =>
  Effect.map(Effect.all([Clock.currentTimeMillis, Environment]), ([now, variables]) => {
    const values = valuesOf(variables)
    const at = new Date(now).toISOString()
    return (isOne(body) ? [body] : body).map((one) => ({ at, body: redactAll(one, (text) => redacted(text, values)) }))
  })

const isOne = (body: EventBody | readonly EventBody[]): body is EventBody => !Array.isArray(body)

/** All ways to read, from a cursor and the news that there is more to read. */
const readings = (open: (since: number, named?: string) => JournalCursor, changes: Changes, file: string) => {
  const io = <A>(act: () => Promise<A>) =>
    Effect.tryPromise({ try: act, catch: (cause) => new JournalUnreadable({ file, reason: asError(cause).message }) })
  const cursor = (since: number, named?: string) =>
    Effect.acquireRelease(
      Effect.sync(() => open(since, named)),
      (it) => Effect.promise(it.close),
    )

  const stream = (since: number, live: boolean, named?: string): Stream.Stream<JournalBatch, JournalUnreadable> =>
    Stream.unwrap(
      Effect.map(cursor(since, named), (it) =>
        Stream.unfold(undefined, () =>
          Effect.gen(function* () {
            for (;;) {
              const seen = changes.now()
              const batch = yield* io(it.next)
              if (batch !== undefined) {
                for (const line of batch.damaged) yield* Effect.logWarning(`${file}:${line} is damaged and was skipped`)
                return [batch, undefined] as const
              }
              if (!live) return undefined
              yield* changes.after(seen)
            }
          }),
        ),
      ),
    )

  const events = (since: number, live: boolean): Stream.Stream<Event, JournalUnreadable> =>
    Stream.flatMap(stream(since, live), (batch) =>
      Stream.fromArray(batch.lines.flatMap(({ line }) => (line.type === "event" ? [line.event] : []))),
    )

  return {
    position: Effect.scoped(
      Effect.flatMap(cursor(Infinity), (it) =>
        io(async () => {
          while ((await it.next()) !== undefined);
          return it.position
        }),
      ),
    ),
    read: (since: number) => events(since, false),
    follow: (since: number) => events(since, true),
    batches: (since: number, named?: string) => stream(since, true, named),
  }
}

const memoryCursor = (events: readonly Event[], since: number): JournalCursor => {
  let seq = Math.min(since, events.length)
  return {
    next: () => {
      const lines = events.slice(seq).map((event) => ({ seq: event.seq, text: writeEvent(event), line: readEventLine(writeEvent(event)) }))
      seq = events.length
      const readable = lines.flatMap((it) => (it.line.type === "damaged" ? [] : [{ ...it, line: it.line }]))
      return Promise.resolve(
        lines.length === 0 ? undefined : { journal: "memory", restarted: false, lines: readable, damaged: [], last: seq },
      )
    },
    get position() {
      return { journal: "memory", seq }
    },
    close: () => Promise.resolve(),
  }
}
