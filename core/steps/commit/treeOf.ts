import * as Effect from "effect/Effect"
import { ObjectFailed, Objects } from "../../world/git/objects.ts"

/** The tree of a commit, or of whatever else has one. */
export const treeOf = Effect.fn("treeOf")(function* (name: string) {
  const objects = yield* Objects
  const found = yield* objects.look(`${name}^{tree}`)
  return found === undefined ? yield* new ObjectFailed({ name, reason: "there is no such commit or tree" }) : found.oid
})
