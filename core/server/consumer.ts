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

/**
 * One program that listens. While it keeps up it is live: it is handed what the hub has read. When it lags, what it misses is
 * not kept for it in memory: it reads on from the file at its own pace, and when it takes nothing at all it is dropped.
 */
export const consumer = (options: {
  readonly socket: WebSocket
  readonly start: Place
  readonly hub: () => Place
  readonly batches: (since: number, journal: string) => Stream.Stream<JournalBatch, JournalUnreadable>
  readonly patience: Patience
}) => {
  const { socket, hub, patience } = options
  let { journal, seq } = options.start
  let live = false
  const lagging = Latch.makeUnsafe(false)

  const pass = (batch: JournalBatch, frame?: Buffer) => {
    if (batch.journal !== journal) {
      // Whoever has seen nothing yet has nothing to forget.
      if (seq > 0) socket.send(JSON.stringify({ reset: { journal: batch.journal, seq: batch.last } }))
      journal = batch.journal
      seq = 0
    }
    const news = batch.lines.filter((line) => line.seq > seq)
    if (news.length > 0)
      socket.send(frame !== undefined && news.length === batch.lines.length ? frame : arrayFrame(news), { binary: false })
    seq = Math.max(seq, batch.last)
  }

  /** From the hub. */
  const take = (batch: JournalBatch, frame: Buffer) => {
    if (!live) return
    pass(batch, frame)
    if (socket.bufferedAmount > patience.bufferedBytes) {
      live = false
      lagging.openUnsafe()
    }
  }

  const drained = Effect.gen(function* () {
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
  const isBehind = (): boolean => {
    live = hub().journal === journal && seq >= hub().seq
    return !live
  }

  const run = Effect.gen(function* () {
    lagging.closeUnsafe()
    yield* drained
    if (isBehind()) {
      yield* Stream.runForEachWhile(options.batches(seq, journal), (batch) =>
        Effect.gen(function* () {
          pass(batch)
          yield* drained
          return isBehind()
        }),
      )
    }
    yield* lagging.await
  }).pipe(Effect.forever)

  /** Whether all that the hub has read was handed to the network. */
  const isLevel = (): boolean => hub().journal === journal && seq >= hub().seq && socket.bufferedAmount === 0

  /** Ends it where nothing can be said to it any more. */
  const drop = () => socket.terminate()

  return { take, run, drop, isLevel }
}

export type Consumer = ReturnType<typeof consumer>
