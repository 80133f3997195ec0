import * as Context from "effect/Context"

/** The variables this process was started with. A test provides its own in their place. */
export const Environment = Context.Reference<Readonly<Record<string, string | undefined>>>("core/world/Environment", {
  defaultValue: () => process.env,
})
