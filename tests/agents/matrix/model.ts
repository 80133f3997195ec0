import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Asked, Call, Step, Wire } from "./step.ts"

/** A model on loopback that answers by a script; it remembers every request for a step. */
export interface Model extends AsyncDisposable {
  readonly port: number
  readonly asked: readonly Asked[]
  /** The answers from now on, one a request; the last one is given for ever. */
  readonly script: (...steps: readonly Step[]) => void
  /** Lets every connection break and takes no new one, until it is opened again at the same port. */
  readonly close: () => Promise<void>
  readonly open: () => Promise<void>
}

const mark = "Rules:\\n1. Work only in this folder."
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null

const read = async (request: IncomingMessage): Promise<string> => {
  const parts: Uint8Array[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts).toString("utf8")
}

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  const value: unknown = text === "" ? {} : JSON.parse(text)
  return isRecord(value) ? value : {}
}

const askedBy = (at: number, path: string, text: string): Asked => ({
  at,
  path,
  body: parsed(text),
  text,
  prompts: text.split(mark).length - 1,
  tree: [...text.matchAll(/You are in (\S+), a git working tree/g)].at(-1)?.[1] ?? "",
})

const sendJson = (response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(JSON.stringify(body))
}

const streamed = (response: ServerResponse, pieces: readonly string[]) => {
  if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" })
  for (const piece of pieces) response.write(piece)
}

/** What the script of a case has left. */
const prompter = () => {
  let left: readonly Step[] = []
  return {
    set: (steps: readonly Step[]) => (left = steps),
    next: (): Step => {
      const [first, ...others] = left
      if (others.length > 0) left = others
      return first ?? { say: "done" }
    },
  }
}

const give = (wire: Wire, callOf: (asked: Asked, step: Step) => Call, asked: Asked, step: Step, response: ServerResponse) => {
  if ("fail" in step) {
    const failure = step.error ?? { type: "server_error", message: `scripted ${step.fail}` }
    return sendJson(response, step.fail, wire.refusal(failure), step.headers)
  }
  const isStream = asked.body["stream"] === true
  if ("hang" in step) return isStream ? streamed(response, wire.pieces(asked, { say: "…" }).slice(0, 1)) : undefined
  if ("cut" in step) {
    if (isStream) streamed(response, wire.pieces(asked, { say: "I begin" }).slice(0, 2))
    setTimeout(() => response.destroy(), 50)
    return undefined
  }
  const call = callOf(asked, step)
  if (!isStream) return sendJson(response, 200, wire.answer(asked, call))
  streamed(response, wire.pieces(asked, call))
  return void response.end()
}

/** Opens a model that speaks one wire; `callOf` turns a step into a tool of the program that asks. */
export const openModel = async (wire: Wire, callOf: (asked: Asked, step: Step) => Call): Promise<Model> => {
  const asked: Asked[] = []
  const { set, next } = prompter()
  const server = createServer((request, response) => {
    response.on("error", () => undefined)
    void read(request).then((text) => {
      const one = askedBy(asked.length, request.url ?? "", text)
      if (request.method !== "POST") return sendJson(response, 200, {})
      if (!wire.isMain(one.body)) return give(wire, callOf, one, { say: "A title" }, response)
      asked.push(one)
      return give(wire, callOf, one, next(), response)
    })
  })
  let port = 0
  const open = () => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()))
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }
  await open()
  const address = server.address()
  if (typeof address === "object" && address !== null) port = address.port
  return { port, asked, script: (...steps) => void set(steps), open, close, [Symbol.asyncDispose]: close }
}
