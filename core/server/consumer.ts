import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"
import type { WebSocket } from "ws"
import { tooSlow } from "../domain/event/frame.ts"
import type { JournalBatch } from "../world/journal/journalCursor.ts"
import type { JournalUnreadable } from "../world/journal/journalTrouble.ts"

/** How much may wait in this process for one consumer, and how long without any of it being taken. */
export interface Patience {
  readonly bufferedBytes: number
  readonly stallMs: number
}

/** Where in which journal. */
export interface Place {
  readonly journal: string
  readonly seq: number
}

/** A batch's lines are JSON already: as a frame they are an array. */
export const arrayFrame = (lines: JournalBatch["lines"]): Buffer => Buffer.from(`[${lines.map((line) => line.text).join(",")}]`)

interface ConsumerOptions {
  readonly socket: WebSocket
  readonly start: Place
  readonly hub: () => Place
  readonly batches: (since: number, journal: string) => Stream.Stream<JournalBatch, JournalUnreadable>
  readonly patience: Patience
}

interface Listening extends Omit<ConsumerOptions, "start"> {
  journal: string
  seq: number
  live: boolean
  readonly lagging: Latch.Latch
}

/**
 * One program that listens. While it keeps up it is live: it is handed what the hub has read. When it lags, what it misses is
 * not kept for it in memory: it reads on from the file at its own pace, and when it takes nothing at all it is dropped.
 */
export const consumer = ({ start, ...options }: ConsumerOptions) => {
  const one: Listening = { ...options, ...start, live: false, lagging: Latch.makeUnsafe(false) }
  const { socket } = options
  return {
    /** From the hub. */
    take: (batch: JournalBatch, frame: Buffer) => take(one, batch, frame),
    run: readOn(one),
    /** Ends it where nothing can be said to it any more. */
    drop: () => socket.terminate(),
    /** Whether all that the hub has read was handed to the network. */
    isLevel: () => isWithHub(one) && socket.bufferedAmount === 0,
  }
}

export type Consumer = ReturnType<typeof consumer>

/** Reads on from the file until it is live, each time that it lags. */
const readOn = (one: Listening) =>
  Effect.gen(function* () {
    one.lagging.closeUnsafe()
    yield* drained(one)
    if (isBehind(one)) {
      yield* Stream.runForEachWhile(one.batches(one.seq, one.journal), (batch) =>
        Effect.gen(function* () {
          pass(one, batch)
          yield* drained(one)
          return isBehind(one)
        }),
      )
    }
    yield* one.lagging.await
  }).pipe(Effect.forever)

const take = (one: Listening, batch: JournalBatch, frame: Buffer): void => {
  if (!one.live) return
  pass(one, batch, frame)
  if (one.socket.bufferedAmount > one.patience.bufferedBytes) {
    one.live = false
    one.lagging.openUnsafe()
  }
}

const pass = (one: Listening, batch: JournalBatch, frame?: Buffer): void => {
  const { socket } = one
  if (batch.journal !== one.journal) {
    // A program that has seen nothing yet has nothing to forget.
    if (one.seq > 0) socket.send(JSON.stringify({ reset: { journal: batch.journal, seq: batch.last } }))
    one.journal = batch.journal
    one.seq = 0
  }
  const news = batch.lines.filter((line) => line.seq > one.seq)
  if (news.length > 0) socket.send(frame !== undefined && news.length === batch.lines.length ? frame : arrayFrame(news), { binary: false })
  one.seq = Math.max(one.seq, batch.last)
}

/** Waits until the network has taken most of what was handed to it; a program that takes nothing is told to come back. */
const drained = ({ socket, patience }: Listening) =>
  Effect.gen(function* () {
    let least = socket.bufferedAmount
    let since = performance.now()
    while (socket.bufferedAmount > patience.bufferedBytes / 4) {
      yield* Effect.sleep("10 millis")
      if (socket.bufferedAmount < least) {
        least = socket.bufferedAmount
        since = performance.now()
      } else if (performance.now() - since > patience.stallMs) {
        socket.close(tooSlow, `too slow: took nothing for ${patience.stallMs} ms; come back with since`)
        return yield* Effect.interrupt
      }
    }
  })

/** Nothing happens between this look and being live, so no batch can slip in between. */
const isBehind = (one: Listening): boolean => {
  one.live = isWithHub(one)
  return !one.live
}

const isWithHub = ({ hub, journal, seq }: Listening): boolean => hub().journal === journal && seq >= hub().seq
