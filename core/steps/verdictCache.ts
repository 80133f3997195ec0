import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { Verdict } from "../domain/outcome.ts"
import { Files } from "../world/files.ts"
import { Repository } from "../world/repository.ts"

const Known = Schema.Struct({
  key: Schema.String,
  tree: Schema.String,
  gate: Schema.String,
  verdict: Verdict,
  /** A red that was seen twice. It helps to plan; it never fails anybody. */
  confirmed: Schema.Boolean,
  ms: Schema.Finite,
  log: Schema.optionalKey(Schema.String),
})
/** A verdict that was given before. */
export type Known = typeof Known.Type

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Known))

const placeOf = Effect.fnUntraced(function* (key: string) {
  const { own } = yield* Repository
  return join(own, "verdicts", `${key}.json`)
})

/**
 * What is known of this very key: a pass, or a red confirmed twice. A file that is damaged, somebody else's, writable for
 * others, or about something else is as good as none.
 */
export const knownVerdict = Effect.fn("knownVerdict")(
  function* (key: string) {
    const files = yield* Files
    const path = yield* placeOf(key)
    const stat = yield* files.stat(path)
    if (stat === undefined || !stat.isFile() || (process.getuid !== undefined && stat.uid !== process.getuid())) return undefined
    if (process.platform !== "win32" && (stat.mode & 0o022) !== 0) return undefined
    const text = yield* files.text(path)
    const read = text === undefined ? undefined : decode(text)
    if (read?._tag !== "Some" || read.value.key !== key) return undefined
    const { verdict, confirmed } = read.value
    return verdict === "pass" || (verdict === "fail" && confirmed) ? read.value : undefined
  },
  Effect.orElseSucceed(() => undefined),
)

/** Remembers a pass or a confirmed red; anything else proves nothing about the next time and is not taken. */
export const rememberVerdict = Effect.fn("rememberVerdict")(function* (known: Known) {
  if (known.verdict !== "pass" && !(known.verdict === "fail" && known.confirmed)) return
  const files = yield* Files
  yield* files.write(yield* placeOf(known.key), `${JSON.stringify(known)}\n`, 0o600)
})

/** Forgets what a later run contradicted. */
export const forgetVerdict = Effect.fn("forgetVerdict")(function* (key: string) {
  const files = yield* Files
  yield* files.remove(yield* placeOf(key))
})
