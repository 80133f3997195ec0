import * as Context from "effect/Context"
import type { AdapterFacts } from "../../plugin.ts"

/** The adapters that come with osier, by what they say of themselves. Only the roof may look into `plugins/`, and names them. */
export const BuiltIn = Context.Reference<readonly AdapterFacts[]>("core/world/BuiltIn", { defaultValue: () => [] })
