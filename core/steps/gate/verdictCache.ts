import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { Verdict } from "../../domain/task/outcome.ts"
import { Files } from "../../world/machine/files.ts"
import { Repository } from "../../world/git/repository.ts"
import { Seen } from "../../world/machine/seen.ts"

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
 * What is known of this very key: a pass that this process saw, or a red confirmed twice. A pass that only a file tells of
 * counts where nothing comes of it but a plan: the judged can write that file as well as we can.
 */
export const knownVerdict = Effect.fn("knownVerdict")(function* (key: string, onlyPlans: boolean) {
  const { passes } = yield* Seen
  const seen = passes.get(key)
  if (seen !== undefined) return { ...seen, key, verdict: "pass", confirmed: false } satisfies Known
  const noted = yield* notedVerdict(key)
  return noted?.verdict === "pass" && !onlyPlans ? undefined : noted
})

/** What a file says of a key. One that is damaged, somebody else's, writable for others, or about something else is as good as none. */
const notedVerdict = Effect.fnUntraced(
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
  const { passes } = yield* Seen
  const { key, tree, gate, ms, log } = known
  if (known.verdict === "pass") passes.set(key, { tree, gate, ms, ...(log === undefined ? {} : { log }) })
  yield* files.write(yield* placeOf(key), `${JSON.stringify(known)}\n`, 0o600)
})

/** Forgets what a later run contradicted. */
export const forgetVerdict = Effect.fn("forgetVerdict")(function* (key: string) {
  const files = yield* Files
  const { passes } = yield* Seen
  passes.delete(key)
  yield* files.remove(yield* placeOf(key))
})
