/**
 * The typed event client, for programs on Node, Deno and Bun and for osier's own `watch`: promises and async iterables only.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Command } from "./domain/event/command.ts"
import type { Event } from "./domain/event/event.ts"
import { readEvent } from "./domain/event/eventLine.ts"
import { type Answer, Frame } from "./domain/event/frame.ts"
import { deliveries } from "./server/deliveries.ts"
import { errands } from "./server/errands.ts"
import { readServerFile } from "./world/machine/serverFile.ts"

export type { Answer, Command, Event }
export { CommandRefused } from "./server/errands.ts"

type WithoutId<C> = C extends Command ? Omit<C, "id"> : never

export interface ConnectOptions {
  /** The folder of a repository's journal, `<git common dir>/osier`: where to connect is read from there, each time anew. */
  readonly directory?: string
  /** Or the address as `osier serve` prints it, with its token. */
  readonly url?: string
  readonly token?: string
  /** The place of the last event already seen, 0 for none. */
  readonly since?: number
  /** The journal that `since` is a place in. */
  readonly journal?: string
  /** Ends the stream. */
  readonly signal?: AbortSignal
  /** Is given, in their order, the events of a newer osier that this client has no type for. */
  readonly unknown?: (event: unknown) => void
  /** The journal started anew: what follows is another one from its first event on. */
  readonly reset?: (journal: string) => void
}

/** The server is there and won't serve us; trying again would not help. */
export class StreamRefused extends Error {
  override readonly name = "StreamRefused"
  readonly status: number
  constructor(status: number, reason: string) {
    super(`the event stream was refused (${status}): ${reason}`)
    this.status = status
  }
}

interface Position {
  readonly journal: string
  readonly seq: number
}

export interface EventStream extends AsyncIterable<Event> {
  /** The journal and the last event that was taken out of this stream: what to give as `journal` and `since` next time. */
  readonly position: Position
  /** Asks the run to do something; waits for a connection if there is none. */
  command(command: WithoutId<Command>): Promise<Answer>
  close(): void
}

interface Target {
  readonly url: URL
  /** A refusal is final only if the address was given: one that was read from a file may be a dead server's. */
  readonly given: boolean
}

type Delivery =
  | { readonly type: "event"; readonly event: Event }
  | { readonly type: "unknown"; readonly seq: number; readonly value: unknown }
  | { readonly type: "reset"; readonly journal: string }

/** A consumer that is further behind makes the client hang up, and come back for the rest when it has caught up. */
const bufferedEvents = 20_000

const decodeFrame = Schema.decodeUnknownOption(Schema.fromJsonString(Frame))

const locate = async ({ directory, url, token }: ConnectOptions): Promise<Target | undefined> => {
  if (url !== undefined) {
    const given = new URL(url)
    if (token !== undefined) given.searchParams.set("token", token)
    return { url: given, given: true }
  }
  const record = directory === undefined ? undefined : await readServerFile(directory)
  if (record === undefined) return undefined
  return { url: new URL(`ws://127.0.0.1:${record.port}/events?token=${encodeURIComponent(record.token)}`), given: false }
}

/** A websocket does not tell why it could not be opened; a plain request to the same address does. */
const refusalOf = async (url: URL): Promise<StreamRefused | undefined> => {
  const plain = new URL(url)
  plain.protocol = url.protocol === "wss:" ? "https:" : "http:"
  const response = await fetch(plain).catch(() => undefined)
  if (response === undefined) return undefined
  const reason = await response.text().catch(() => "")
  return [400, 401, 403, 404].includes(response.status) ? new StreamRefused(response.status, reason) : undefined
}

/** One stream over any number of connections. */
interface Stream {
  readonly options: ConnectOptions
  readonly inbox: ReturnType<typeof deliveries<Delivery>>
  readonly asked: ReturnType<typeof errands>
  readonly ending: AbortController
  /** The last place that came in, and the last one that was taken out. */
  received: Position
  taken: Position
  /** Connections that failed one after the other. */
  failures: number
  socket: WebSocket | undefined
}

/** Connects to the events of a repository: what is in the journal behind `since`, then live, over any number of connections. */
export const connect = (options: ConnectOptions): EventStream => {
  if (options.directory === undefined && options.url === undefined) throw new TypeError("connect needs a directory or a url")
  const start: Position = { journal: options.journal ?? "", seq: options.since ?? 0 }
  const stream: Stream = {
    options,
    inbox: deliveries<Delivery>(bufferedEvents),
    asked: errands(),
    ending: new AbortController(),
    received: start,
    taken: start,
    failures: 0,
    socket: undefined,
  }
  const close = () => hangUp(stream)
  if (options.signal?.aborted === true) close()
  options.signal?.addEventListener("abort", close, { once: true })
  stay(stream).catch((cause: unknown) => {
    stream.inbox.end(cause)
    stream.asked.end()
  })
  return {
    [Symbol.asyncIterator]: () => iterate(stream),
    command: (command) => stream.asked.ask(command),
    close,
    get position() {
      return stream.taken
    },
  }
}

/** Connects again and again until the stream ends. */
const stay = async (stream: Stream): Promise<void> => {
  const { options, inbox, ending } = stream
  while (!ending.signal.aborted) {
    await inbox.room()
    const target = await locate(options)
    if (ending.signal.aborted) break
    const opened = target !== undefined && (await session(stream, target))
    if (!opened && target?.given === true) {
      const refusal = await refusalOf(target.url)
      if (refusal !== undefined) throw refusal
    }
    if (inbox.isFull()) continue
    await pause(Math.min(100 * 2 ** stream.failures, 2_000) * (0.5 + Math.random() / 2), ending.signal)
    stream.failures = Math.min(stream.failures + 1, 10)
  }
}

/** One connection from its start to its end; whether it was ever open. */
const session = (stream: Stream, target: Target) =>
  new Promise<boolean>((resolve) => {
    const { journal, seq } = stream.received
    const url = new URL(target.url)
    url.searchParams.set("since", String(seq))
    if (journal !== "") url.searchParams.set("journal", journal)
    let opened = false
    const link = new WebSocket(url)
    stream.socket = link
    link.onopen = () => {
      opened = true
      stream.asked.connected((text) => link.send(text))
    }
    link.onmessage = ({ data }) => receive(stream, data)
    link.onclose = () => {
      if (stream.socket === link) stream.asked.disconnected()
      resolve(opened)
    }
    // Bun and Deno may tell of a refused connection by an error alone.
    link.onerror = () => {
      if (link.readyState !== WebSocket.OPEN) resolve(opened)
    }
  })

const pause = (ms: number, ending: AbortSignal) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      ending.removeEventListener("abort", done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    ending.addEventListener("abort", done)
  })

const receive = (stream: Stream, text: unknown): void => {
  const { inbox, asked } = stream
  const decoded = decodeFrame(text)
  if (Option.isNone(decoded)) return
  const frame = decoded.value
  if ("hello" in frame) {
    stream.failures = 0
    if (stream.received.journal === "") stream.received = { ...stream.received, journal: frame.hello.journal }
  } else if ("reset" in frame) {
    stream.received = { journal: frame.reset.journal, seq: 0 }
    inbox.put({ type: "reset", journal: frame.reset.journal })
  } else if ("answer" in frame) asked.answered(frame.answer)
  else if ("error" in frame) asked.refused(frame.error)
  else for (const value of frame) receiveEvent(stream, value)
  // What still arrives is left unread: it comes again, behind the last one received.
  if (inbox.isFull()) stream.socket?.close()
}

const receiveEvent = (stream: Stream, value: unknown): void => {
  const line = readEvent(value)
  if (line.type === "damaged" || line.seq <= stream.received.seq) return
  const isFirst = line.type === "event" && line.event.type === "JournalStarted"
  stream.received = { journal: isFirst ? line.event.journal : stream.received.journal, seq: line.seq }
  stream.inbox.put(line)
}

/** Takes events out; a caller that stops taking ends the stream. */
const iterate = async function* (stream: Stream) {
  const { options, inbox } = stream
  try {
    for (let next = await inbox.take(); next !== undefined; next = await inbox.take()) {
      if (next.type === "reset") {
        stream.taken = { journal: next.journal, seq: 0 }
        options.reset?.(next.journal)
      } else if (next.type === "unknown") {
        stream.taken = { ...stream.taken, seq: next.seq }
        options.unknown?.(next.value)
      } else {
        const { event } = next
        const journal = event.type === "JournalStarted" ? event.journal : stream.taken.journal || stream.received.journal
        stream.taken = { journal, seq: event.seq }
        yield event
      }
    }
  } finally {
    hangUp(stream)
  }
}

const hangUp = ({ ending, inbox, asked, socket }: Stream): void => {
  ending.abort()
  inbox.end()
  asked.end()
  socket?.close()
}
