import type { Paint } from "../domain/text/colour.ts"
import type { Event } from "../domain/event/event.ts"
import { eventText, toneOf } from "../domain/event/eventText.ts"

/** One event as a line for a person, with its local time. */
export const eventRow = (event: Event, paint: Paint): string => {
  const at = new Date(event.at)
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":")
  const tone = toneOf(event)
  const text = eventText(event)
  return `${paint.dim(clock)} ${tone === "plain" ? text : paint[tone](text)}`
}
