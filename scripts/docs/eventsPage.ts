import * as Schema from "effect/Schema"
import { Event } from "../../core/domain/event/event.ts"
import { code, page, prose, table } from "./markdown.ts"

const Emitted = Schema.Struct({
  anyOf: Schema.Array(
    Schema.Struct({
      description: Schema.String,
      properties: Schema.Record(Schema.String, Schema.Unknown),
      required: Schema.Array(Schema.String),
    }),
  ),
})

const head = ["seq", "at", "run", "type"]

/** The reference of events: every kind with its fields, and what it says. */
export const eventsPage = (): string => {
  const { anyOf } = Schema.decodeUnknownSync(Emitted)(Schema.toJsonSchemaDocument(Event).schema)
  return page(
    "Events",
    "What happens in a repository, in the past tense. The journal, the websocket and `--json` have the same encoding.",
    table(
      ["Field of every event", "Holds"],
      [
        ["`seq`", "its place, gapless from 1 in one journal; 0 while the disk is full: the event gets its place later"],
        ["`at`", "when, as ISO 8601 in UTC"],
        ["`run`", "the run that wrote it; empty outside of runs"],
        ["`type`", "its name, as below"],
      ],
    ),
    "`?` marks a field that may be absent. `osier schema events --json` is the JSON Schema, with the type of every field.",
    table(
      ["Event", "Fields", "Says"],
      anyOf.map(({ description, properties, required }, at) => [
        code(Event.members[at]?.fields.type.literal ?? ""),
        Object.keys(properties)
          .filter((key) => !head.includes(key))
          .map((field) => code(required.includes(field) ? field : `${field}?`))
          .join(", "),
        prose(description),
      ]),
    ),
  )
}
