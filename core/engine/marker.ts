import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { Files } from "../world/files.ts"

/** Written into a tree when its agent ended well and the work was committed: a crash after that need not run the agent again. */
export const Marker = Schema.Struct({
  task: Schema.Natural,
  attempt: Schema.Natural,
  base: Schema.String,
  branch: Schema.String,
  tip: Schema.String,
  /** What changed outside meanwhile, for a person to look at before it lands. */
  outside: Schema.optionalKey(Schema.Array(Schema.String)),
})
export type Marker = typeof Marker.Type

const Text = Schema.fromJsonString(Marker)
const pathIn = (tree: string) => join(tree, ".osier", "attempt.json")

export const writeMarker = Effect.fnUntraced(function* (tree: string, marker: Marker) {
  const files = yield* Files
  yield* files.write(pathIn(tree), `${JSON.stringify(marker)}\n`)
})

/** Undefined when the agent had not ended well, or the file is torn. */
export const readMarker = Effect.fnUntraced(function* (tree: string) {
  const files = yield* Files
  const text = (yield* files.text(pathIn(tree))) ?? ""
  return Option.getOrUndefined(Schema.decodeUnknownOption(Text)(text))
})
