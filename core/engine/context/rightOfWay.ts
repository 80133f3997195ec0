import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

/** Which tasks of this run lost to others that landed first, in the order in which they did, and in which files. */
export class RightOfWay extends Context.Service<RightOfWay, { readonly losses: Map<number, readonly string[]> }>()(
  "core/engine/RightOfWay",
) {
  static readonly layer = Layer.sync(RightOfWay, () => ({ losses: new Map<number, readonly string[]>() }))
}
