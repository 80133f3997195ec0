import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { WebSocket } from "ws"
import type { EventBody } from "../../core/domain/event/event.ts"
import type { Patience } from "../../core/server/consumer.ts"
import { eventServer } from "../../core/server/eventServer.ts"
import { Control } from "../../core/world/machine/control.ts"
import { Journal } from "../../core/world/journal/journal.ts"
import { Machine } from "../../core/world/machine/machine.ts"
import { Mutex } from "../../core/world/machine/mutex.ts"

export const token = "a-token"

export const said = (task: number, text = "x"): EventBody => ({ type: "AgentSaid", task, attempt: 1, text })

/** A journal in a folder and a server of it in this process; `close` is awaited at the end of an `await using` block. */
export const socketHouse = async (
  directory: string,
  options: { readonly patience?: Patience; readonly control?: Layer.Layer<Control>; readonly port?: number; readonly run?: string } = {},
) => {
  const world = Journal.layer(directory, options.run ?? "test").pipe(
    Layer.provideMerge(Mutex.layer),
    Layer.provideMerge(Machine.layer),
    Layer.provideMerge(options.control ?? Control.none),
  )
  const over = Deferred.makeUnsafe<void>()
  const { promise, resolve, reject } = Promise.withResolvers<{
    url: string
    port: number
    listening: () => number
    journal: Journal["Service"]
  }>()
  const ended = Effect.gen(function* () {
    const journal = yield* Journal
    yield* journal.id
    resolve({ ...(yield* eventServer({ ...options, token })), journal })
    yield* Deferred.await(over)
  }).pipe(Effect.scoped, Effect.provide(world), Effect.runPromise)
  ended.catch(reject)
  const { url, port, listening, journal } = await promise
  const close = async () => {
    await Effect.runPromise(Deferred.succeed(over, undefined))
    await ended
  }
  const append = (bodies: readonly EventBody[]) => Effect.runPromise(Effect.andThen(journal.append(bodies), Effect.orDie(journal.flush)))
  /** Said, and not waited for. */
  const say = (bodies: readonly EventBody[]) => Effect.runSync(journal.append(bodies))
  return { url, port, listening, append, say, close, [Symbol.asyncDispose]: close }
}

/** A plain websocket whose frames are read one after the other. */
export const socketOf = (url: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }) => {
  const socket = new WebSocket(url, { headers })
  const frames: unknown[] = []
  const waiting: (() => void)[] = []
  socket.on("message", (data) => {
    frames.push(JSON.parse(Buffer.isBuffer(data) ? data.toString() : ""))
    for (const wake of waiting.splice(0)) wake()
  })
  const closed = new Promise<[number, string]>((resolve) => socket.on("close", (code, reason) => resolve([code, String(reason)])))
  const next = async () => {
    while (frames.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    return frames.shift()
  }
  return {
    socket,
    closed,
    next,
    /** A frame that is there already. */
    take: () => frames.shift(),
    /** Places of the next so many events, over any number of frames. */
    seqs: async (count: number) => {
      const seqs: number[] = []
      while (seqs.length < count) {
        const frame = await next()
        if (!Array.isArray(frame)) throw new Error(`not events: ${JSON.stringify(frame)}`)
        seqs.push(...frame.map((event): number => event.seq))
      }
      return seqs
    },
    /** The status a refused connection is answered with. */
    status: new Promise<number>((resolve) => {
      socket.on("unexpected-response", (_request, response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      socket.on("error", () => undefined)
      socket.on("open", () => resolve(101))
    }),
    [Symbol.dispose]: () => socket.terminate(),
  }
}
