import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { EventBody } from "../../domain/event/event.ts"
import { Board } from "./board.ts"

/** What an error says of itself. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * One part of housekeeping by itself: when anything about it fails, that is told, and everything else goes on all the same.
 * Undefined then; what interrupts it interrupts the whole.
 */
export const alone = <A, E, R>(
  part: Effect.Effect<A, E, R>,
  about: { readonly what: string; readonly task?: number; readonly hint: string },
): Effect.Effect<A | undefined, never, R | Board> =>
  Effect.catchCause(part, (cause) =>
    Cause.hasInterrupts(cause)
      ? Effect.interrupt
      : Effect.flatMap(Board, (board) => {
          const { what, hint, task } = about
          const message = `${what}: ${wordsOf(Cause.squash(cause))}`
          const event: EventBody = { type: "Warned", message, hint, ...(task === undefined ? {} : { task }) }
          return Effect.as(board.emit(event), undefined)
        }),
  )
