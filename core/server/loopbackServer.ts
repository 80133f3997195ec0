import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import type { Complaint } from "../domain/text/complaint.ts"
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

/** The address of this machine that no other machine can reach. */
export const loopback = "127.0.0.1"
const commandBytes = 1024 * 1024

interface Doors {
  readonly token: string
  readonly port?: number
  /** Takes in a visitor with the right token, who asks for what is behind `since` in a journal. */
  readonly welcome: (socket: WebSocket, since: number, journal: string | undefined) => void
}

/** A websocket server on this machine's own address until the scope closes; only visitors with the token come in. */
export const loopbackServer = Effect.fnUntraced(function* ({ token, port = 0, welcome }: Doors) {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: commandBytes })
  const reply = (request: IncomingMessage, response: ServerResponse) => {
    response.on("error", () => undefined)
    const guest = visitor(request, portOf(server), token)
    const [status, reason] = guest.welcome ? [426, "connect with a websocket"] : [guest.status, guest.reason]
    response.writeHead(status, { "content-type": "text/plain" }).end(reason)
  }
  const admit = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const guest = visitor(request, portOf(server), token)
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
  return { port: yield* Effect.acquireRelease(listen(server, port), () => hangUp(server, sockets)), sockets }
})

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

/** Closes every connection, and doesn't wait for programs that don't listen. */
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
