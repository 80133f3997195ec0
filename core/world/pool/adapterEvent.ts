import * as Schema from "effect/Schema"

const text = Schema.String
const count = Schema.Finite

/** What an adapter says an attempt came to. */
export const Outcome = Schema.Struct({
  ok: Schema.Boolean,
  class: Schema.optionalKey(Schema.Literals(["work", "environment", "crash", "provider", "plan", "cancelled"])),
  reason: text,
  text: Schema.optionalKey(text),
  session: Schema.optionalKey(Schema.NullOr(text)),
  hint: Schema.optionalKey(text),
  broken: Schema.optionalKey(Schema.Boolean),
  notBefore: Schema.optionalKey(count),
})

/** A process id that may be signalled: 0 and 1 would be osier's own group and everything. */
const pid = Schema.Int.pipe(Schema.check(Schema.isGreaterThan(1)))

/** The events of `core/plugin.ts` as they are checked: plugins are strangers, and may say anything. */
export const AdapterEvent = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("started"),
    pid: Schema.optionalKey(pid),
    session: Schema.optionalKey(text),
    version: Schema.optionalKey(text),
  }),
  Schema.Struct({ type: Schema.Literal("said"), text }),
  Schema.Struct({
    type: Schema.Literal("used"),
    tool: text,
    detail: Schema.optionalKey(text),
    paths: Schema.optionalKey(Schema.Array(text)),
    ok: Schema.optionalKey(Schema.Boolean),
  }),
  Schema.Struct({
    type: Schema.Literal("spent"),
    inputTokens: Schema.optionalKey(count),
    outputTokens: Schema.optionalKey(count),
    costUsd: Schema.optionalKey(count),
    total: Schema.optionalKey(Schema.Boolean),
  }),
  Schema.Struct({
    type: Schema.Literal("retrying"),
    reason: text,
    attempt: Schema.optionalKey(count),
    delayMs: Schema.optionalKey(count),
  }),
  Schema.Struct({ type: Schema.Literal("asked"), question: text }),
  Schema.Struct({ type: Schema.Literal("alive") }),
  Schema.Struct({ type: Schema.Literal("ended"), outcome: Outcome }),
])

/** One variable, or those that begin so: never all, which would hand every secret on. */
const variable = Schema.String.pipe(Schema.check(Schema.isPattern(/^[A-Za-z_][A-Za-z0-9_]*\*?$/)))

/** What an adapter says of itself. */
export const Facts = Schema.Struct({
  name: text,
  program: Schema.optionalKey(text),
  needsCommand: Schema.optionalKey(Schema.Boolean),
  env: Schema.optionalKey(Schema.Array(variable)),
  home: Schema.optionalKey(Schema.Struct({ variable, folder: text })),
})

/** What an adapter found out about its program. */
export const Detection = Schema.Struct({
  found: Schema.Boolean,
  version: Schema.optionalKey(text),
  loggedIn: Schema.optionalKey(Schema.Boolean),
  billing: Schema.optionalKey(Schema.Literals(["subscription", "api", "none", "unknown"])),
  hint: Schema.optionalKey(text),
})
