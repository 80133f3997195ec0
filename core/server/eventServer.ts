import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Stream from "effect/Stream"
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import { type RawData, type WebSocket, WebSocketServer } from "ws"
import type { Complaint } from "../domain/text/complaint.ts"
import type { Control } from "../world/machine/control.ts"
import { Journal } from "../world/journal/journal.ts"
import { answer } from "./answer.ts"
import { arrayFrame, type Consumer, consumer, type Patience, type Place } from "./consumer.ts"
import { guarded } from "./guarded.ts"
import { visitor } from "./visitor.ts"

/** The socket could not be opened. */
export class NotServing extends Data.TaggedError("NotServing")<{ readonly port: number; readonly reason: string }> {
  override get message(): string {
    return `the events can't be served on port ${this.port}: ${this.reason}`
  }
  get hint(): string {
    return "choose another port, or none to take any that is free"
  }
  get exit(): Complaint["exit"] {
    return 3
  }
}

const loopback = "127.0.0.1"
const commandBytes = 1024 * 1024

/** Enough for a burst on a busy machine; beyond it the file is the buffer. */
const standardPatience: Patience = { bufferedBytes: 1024 * 1024, stallMs: 10_000 }

const listen = (server: Server, port: number) =>
  Effect.callback<number, NotServing>((resume) => {
    const failed = (cause: Error) => resume(new NotServing({ port, reason: cause.message }))
    server.on("error", failed)
    server.listen(port, loopback, () => {
      // From here on an error is a connection that could not be taken, as with too few file descriptors: the others go on.
      server.off("error", failed).on("error", () => undefined)
      resume(Effect.succeed(portOf(server)))
    })
  })

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : 0
}

/** How long, in milliseconds, those who listen are given at the end for what they have not taken yet. */
const lastWordsMs = 1_000

/** Says goodbye to everybody, and doesn't wait for those who don't listen. */
const hangUp = (server: Server, sockets: WebSocketServer) =>
  Effect.gen(function* () {
    for (const socket of sockets.clients) socket.close(1001, "the server ends")
    server.close()
    const gone = Effect.callback<void>((resume) => sockets.close(() => resume(Effect.void)))
    yield* Effect.timeoutOption(gone, "500 millis")
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
  })

const refuse = (socket: Duplex, status: number, reason: string) => {
  socket.on("error", () => undefined)
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\n`
  socket.end(`${head}Content-Length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`)
}

/** Tells one that listens why it hears no more. A reason on the wire has room for 123 bytes. */
const closeWith = (socket: WebSocket, cause: Cause.Cause<unknown>) => {
  if (Cause.hasInterruptsOnly(cause)) return
  const error = Cause.squash(cause)
  const words = Buffer.from(error instanceof Error ? error.message : String(error))
  guarded(
    () => socket.close(1011, new TextDecoder().decode(words.subarray(0, 100)).replaceAll("\uFFFD", "")),
    () => socket.terminate(),
  )()
}

/** Serves the journal on a websocket of this machine until the scope closes. `renamed` is told when the journal starts anew. */
export const eventServer = Effect.fn("eventServer")(function* (options: {
  readonly token: string
  readonly port?: number
  readonly patience?: Patience
  readonly renamed?: (journal: string) => Effect.Effect<void>
}) {
  const journal = yield* Journal
  let place: Place = yield* journal.position
  const consumers = new Set<Consumer>()
  /** Let in, but not told where the journal is yet. */
  const attending = new Set<WebSocket>()
  const fork = yield* FiberSet.makeRuntime<Control>()

  const attend = (socket: WebSocket, since: number, named: string | undefined) =>
    Effect.gen(function* () {
      const now = yield* journal.position
      const isOther = (named !== undefined && named !== now.journal) || since > now.seq
      socket.send(JSON.stringify({ hello: now }))
      if (isOther) socket.send(JSON.stringify({ reset: now }))
      const it = consumer({
        socket,
        start: { journal: now.journal, seq: isOther ? 0 : since },
        hub: () => place,
        batches: journal.batches,
        patience: options.patience ?? standardPatience,
      })
      consumers.add(it)
      attending.delete(socket)
      yield* Effect.ensuring(
        it.run,
        Effect.sync(() => consumers.delete(it)),
      )
    }).pipe(
      Effect.catchCause((cause) => Effect.sync(() => closeWith(socket, cause))),
      Effect.raceFirst(
        Effect.callback<void>((resume) => {
          socket.once("close", () => resume(Effect.void))
        }),
      ),
      Effect.ensuring(Effect.sync(() => attending.delete(socket))),
    )

  const welcome = (socket: WebSocket, since: number, named: string | undefined) => {
    // A broken connection closes, and closing is all that matters of it.
    socket.on("error", () => undefined)
    const heard = (data: RawData) => {
      const text = Buffer.isBuffer(data) ? data.toString() : ""
      fork(Effect.map(answer(text), (frame) => socket.send(JSON.stringify(frame))))
    }
    socket.on(
      "message",
      guarded(heard, () => socket.terminate()),
    )
    attending.add(socket)
    fork(attend(socket, since, named))
  }

  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: commandBytes })
  const reply = (request: IncomingMessage, response: ServerResponse) => {
    response.on("error", () => undefined)
    const guest = visitor(request, portOf(server), options.token)
    const [status, reason] = guest.welcome ? [426, "connect with a websocket"] : [guest.status, guest.reason]
    response.writeHead(status, { "content-type": "text/plain" }).end(reason)
  }
  const admit = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const guest = visitor(request, portOf(server), options.token)
    if (!guest.welcome) return refuse(stream, guest.status, guest.reason)
    const enter = (socket: WebSocket) => welcome(socket, guest.since, guest.journal)
    const entered = guarded(enter, (_, socket) => socket.terminate())
    sockets.handleUpgrade(request, stream, head, entered)
  }
  const server = createServer(guarded(reply, (_, request) => request.socket.destroy()))
  server.on(
    "upgrade",
    guarded(admit, (_, __, stream) => stream.destroy()),
  )
  const port = yield* Effect.acquireRelease(listen(server, options.port ?? 0), () => hangUp(server, sockets))

  const broadcast = Effect.fnUntraced(function* (batch: Parameters<Consumer["take"]>[0]) {
    const isNew = batch.journal !== place.journal
    place = { journal: batch.journal, seq: batch.last }
    if (batch.lines.length > 0) {
      const frame = arrayFrame(batch.lines)
      for (const it of consumers) guarded(it.take, it.drop)(batch, frame)
    }
    if (isNew && options.renamed !== undefined) yield* options.renamed(batch.journal)
  })
  yield* Effect.forkScoped(
    Stream.runForEach(journal.batches(place.seq, place.journal), broadcast).pipe(
      Effect.catchCause((cause) => Effect.logError("the event stream ended", cause)),
    ),
  )
  // A run's last event says how it ended: whoever listens hears it before the server goes, wherever the next one may be.
  yield* Effect.addFinalizer(() =>
    Effect.gen(function* () {
      yield* Effect.ignore(journal.flush)
      const { journal: name, seq } = yield* journal.position
      const isTold = () => place.journal === name && place.seq >= seq && attending.size === 0 && [...consumers].every((it) => it.isLevel())
      while (!isTold() && sockets.clients.size > 0) yield* Effect.sleep("5 millis")
    }).pipe(Effect.timeoutOption(lastWordsMs), Effect.ignore),
  )
  /** `listening` counts the consumers there are now. */
  return { port, url: `ws://${loopback}:${port}/events`, journal: place.journal, listening: () => consumers.size }
})
