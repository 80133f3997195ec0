import { expect, test } from "vitest"
import { placeEvent, readEvent, readEventLine, writeEvent } from "../../../core/domain/event/eventLine.ts"

const event = placeEvent(
  { type: "AgentSaid", task: 3, attempt: 1, text: "first line\nsecond \u2028 “third”" },
  7,
  "2026-11-20T10:07:00.000Z",
  "r1",
)

test("an event is one line, with its place first, and reads back as it was", () => {
  const line = writeEvent(event)
  expect(line).toMatch(/^\{"seq":7,/)
  expect(line).not.toContain("\n")
  expect(readEventLine(line)).toEqual({ type: "event", seq: 7, event })
})

test("a kind or a shape this osier does not know is unknown, and keeps its place", () => {
  expect(readEvent({ seq: 8, type: "FromTheFuture" })).toEqual({ type: "unknown", seq: 8, value: { seq: 8, type: "FromTheFuture" } })
  expect(readEvent({ ...event, task: "three" })).toMatchObject({ type: "unknown", seq: 7 })
})

test("anything else is damaged", () => {
  for (const line of ["", "{", "null", "[]", '"text"', "{}", '{"seq":-1,"type":"X"}', writeEvent(event).slice(0, -1)]) {
    expect(readEventLine(line)).toEqual({ type: "damaged" })
  }
})
