import * as Schema from "effect/Schema"
import { ProcessIdentity } from "../lock/processIdentity.ts"

/** A journal and the last place in it. */
const position = Schema.Struct({ journal: Schema.String, seq: Schema.Natural })

const id = Schema.optionalKey(Schema.Union([Schema.String, Schema.Finite]))

/** The answer to a command that was carried out; `tasks` are the numbers of those it added. */
export const Answer = Schema.Struct({ id, ok: Schema.Literal(true), tasks: Schema.optionalKey(Schema.Array(Schema.Natural)) })
export type Answer = typeof Answer.Type

/** The answer to one that was not. */
export const Refusal = Schema.Struct({ id, tag: Schema.String, message: Schema.String, hint: Schema.String })
export type Refusal = typeof Refusal.Type

/** What a server sends: first `hello`, then arrays of events; `reset` when the journal is not the one the client reads on from. */
export const Frame = Schema.Union([
  Schema.Array(Schema.Unknown),
  Schema.Struct({ hello: position }),
  Schema.Struct({ reset: position }),
  Schema.Struct({ answer: Answer }),
  Schema.Struct({ error: Refusal }),
])
export type Frame = typeof Frame.Type

/** Where the events of a repository are served, as it stands in `server.json`. */
export const ServerRecord = Schema.Struct({
  port: Schema.Natural,
  token: Schema.String,
  journal: Schema.String,
  process: ProcessIdentity,
  /** The run that serves them; none where `osier serve` does. */
  run: Schema.optionalKey(Schema.String),
})
export type ServerRecord = typeof ServerRecord.Type

/** Close code of a consumer that was too slow; it can come back with `since`. */
export const tooSlow = 4008
