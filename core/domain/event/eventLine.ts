import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Event, type EventBody } from "./event.ts"

/**
 * One line of a journal, as a reader sees it. `unknown` is a whole line with a place in the journal that this osier has no
 * word for, as a newer one writes it; `damaged` is no event of any osier.
 */
export type EventLine =
  | { readonly type: "event"; readonly seq: number; readonly event: Event }
  | { readonly type: "unknown"; readonly seq: number; readonly value: unknown }
  | { readonly type: "damaged" }

const decode = Schema.decodeUnknownOption(Event)
const hasPlace = Schema.is(Schema.Struct({ seq: Schema.Natural, type: Schema.String }))
const damaged: EventLine = { type: "damaged" }

/** Reads one event in its JSON form; never fails. */
export const readEvent = (value: unknown): EventLine => {
  const event = decode(value)
  if (Option.isSome(event)) return { type: "event", seq: event.value.seq, event: event.value }
  return hasPlace(value) ? { type: "unknown", seq: value.seq, value } : damaged
}

/** Reads one line of a journal; never fails. */
export const readEventLine = (line: string): EventLine => {
  try {
    return readEvent(JSON.parse(line))
  } catch {
    return damaged
  }
}

/** An event gets its place in the journal. */
export const placeEvent = (body: EventBody, seq: number, at: string, run: string): Event => ({ seq, at, run, ...body })

/** The one encoding of an event: for the journal, the socket and `--json` alike. No line ends in it. */
export const writeEvent = (event: Event): string => JSON.stringify(event)
