import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Stream from "effect/Stream"
import type { RawData, WebSocket, WebSocketServer } from "ws"
import { Journal } from "../world/journal/journal.ts"
import type { Control } from "../world/machine/control.ts"
import { answer } from "./answer.ts"
import { arrayFrame, type Consumer, consumer, type Patience, type Place } from "./consumer.ts"
import { guarded } from "./guarded.ts"
import { loopback, loopbackServer } from "./loopbackServer.ts"

/** Enough for a burst on a busy machine; beyond it the file is the buffer. */
const standardPatience: Patience = { bufferedBytes: 1024 * 1024, stallMs: 10_000 }

/** How long, in milliseconds, programs that listen are given at the end for what they have not taken yet. */
const lastWordsMs = 1_000

interface ServerOptions {
  readonly token: string
  readonly port?: number
  readonly patience?: Patience
  readonly renamed?: (journal: string) => Effect.Effect<void>
}

/** What the server reads from the journal, and the programs that it passes that on to. */
interface Hub {
  readonly options: ServerOptions
  readonly journal: Journal["Service"]
  readonly fork: (effect: Effect.Effect<void, never, Control>) => unknown
  place: Place
  readonly consumers: Set<Consumer>
  /** Let in, but not told where the journal is yet. */
  readonly attending: Set<WebSocket>
}

/** Serves the journal on a websocket of this machine until the scope closes. `renamed` is told when the journal starts anew. */
export const eventServer = Effect.fn("eventServer")(function* (options: ServerOptions) {
  const journal = yield* Journal
  const hub: Hub = {
    options,
    journal,
    fork: yield* FiberSet.makeRuntime<Control>(),
    place: yield* journal.position,
    consumers: new Set(),
    attending: new Set(),
  }
  const { port, sockets } = yield* loopbackServer({
    token: options.token,
    ...(options.port === undefined ? {} : { port: options.port }),
    welcome: (socket, since, named) => welcome(hub, socket, since, named),
  })
  yield* Effect.forkScoped(
    Stream.runForEach(journal.batches(hub.place.seq, hub.place.journal), (batch) => broadcast(hub, batch)).pipe(
      Effect.catchCause((cause) => Effect.logError("the event stream ended", cause)),
    ),
  )
  yield* Effect.addFinalizer(() => lastWords(hub, sockets))
  return {
    port,
    url: `ws://${loopback}:${port}/events`,
    journal: hub.place.journal,
    /** Counts the consumers there are now. */
    listening: () => hub.consumers.size,
  }
})

const welcome = (hub: Hub, socket: WebSocket, since: number, named: string | undefined): void => {
  // A broken connection closes, and closing is all that matters of it.
  socket.on("error", () => undefined)
  const heard = (data: RawData) => {
    const text = Buffer.isBuffer(data) ? data.toString() : ""
    hub.fork(Effect.map(answer(text), (frame) => socket.send(JSON.stringify(frame))))
  }
  socket.on(
    "message",
    guarded(heard, () => socket.terminate()),
  )
  hub.attending.add(socket)
  hub.fork(attend(hub, socket, since, named))
}

/** Serves one connection until it closes. */
const attend = (hub: Hub, socket: WebSocket, since: number, named: string | undefined) =>
  Effect.gen(function* () {
    const now = yield* hub.journal.position
    const isOther = (named !== undefined && named !== now.journal) || since > now.seq
    socket.send(JSON.stringify({ hello: now }))
    if (isOther) socket.send(JSON.stringify({ reset: now }))
    const it = consumer({
      socket,
      start: { journal: now.journal, seq: isOther ? 0 : since },
      hub: () => hub.place,
      batches: hub.journal.batches,
      patience: hub.options.patience ?? standardPatience,
    })
    hub.consumers.add(it)
    hub.attending.delete(socket)
    yield* Effect.ensuring(
      it.run,
      Effect.sync(() => hub.consumers.delete(it)),
    )
  }).pipe(
    Effect.catchCause((cause) => Effect.sync(() => closeWith(socket, cause))),
    Effect.raceFirst(
      Effect.callback<void>((resume) => {
        socket.once("close", () => resume(Effect.void))
      }),
    ),
    Effect.ensuring(Effect.sync(() => hub.attending.delete(socket))),
  )

/** Tells a program that listens why it hears no more. A reason on the wire has room for 123 bytes. */
const closeWith = (socket: WebSocket, cause: Cause.Cause<unknown>) => {
  if (Cause.hasInterruptsOnly(cause)) return
  const error = Cause.squash(cause)
  const words = Buffer.from(error instanceof Error ? error.message : String(error))
  guarded(
    () => socket.close(1011, new TextDecoder().decode(words.subarray(0, 100)).replaceAll("\uFFFD", "")),
    () => socket.terminate(),
  )()
}

const broadcast = Effect.fnUntraced(function* (hub: Hub, batch: Parameters<Consumer["take"]>[0]) {
  const { renamed } = hub.options
  const isNew = batch.journal !== hub.place.journal
  hub.place = { journal: batch.journal, seq: batch.last }
  if (batch.lines.length > 0) {
    const frame = arrayFrame(batch.lines)
    for (const it of hub.consumers) guarded(it.take, it.drop)(batch, frame)
  }
  if (isNew && renamed !== undefined) yield* renamed(batch.journal)
})

/** Waits until every program that listens has heard a run's last event, which says how it ended, wherever the next server may be. */
const lastWords = (hub: Hub, sockets: WebSocketServer) =>
  Effect.gen(function* () {
    const { journal, consumers, attending } = hub
    yield* Effect.ignore(journal.flush)
    const { journal: name, seq } = yield* journal.position
    const isTold = () =>
      hub.place.journal === name && hub.place.seq >= seq && attending.size === 0 && [...consumers].every((it) => it.isLevel())
    while (!isTold() && sockets.clients.size > 0) yield* Effect.sleep("5 millis")
  }).pipe(Effect.timeoutOption(lastWordsMs), Effect.ignore)
