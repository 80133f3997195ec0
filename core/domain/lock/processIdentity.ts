import * as Schema from "effect/Schema"

/**
 * One process, told apart from every other one that ever had its number: `boot` names the start of the kernel (and the
 * process-number space in it), `started` is the process's start time as that kernel tells it. Both are opaque, compare only.
 */
export const ProcessIdentity = Schema.Struct({
  host: Schema.String,
  boot: Schema.String,
  pid: Schema.Natural,
  started: Schema.String,
})
export type ProcessIdentity = typeof ProcessIdentity.Type

/** Whether a process still runs. `unknown` is never treated as dead. */
export const Liveness = Schema.Literals(["alive", "dead", "unknown"])
export type Liveness = typeof Liveness.Type
