import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import type { Fingerprint } from "./outside.ts"

const Pairs = Schema.Array(Schema.Tuple([Schema.String, Schema.String]))
const Saved = Schema.fromJsonString(Schema.Struct({ refs: Pairs, checkout: Pairs }))
const decode = Schema.decodeUnknownOption(Saved)
const encode = Schema.encodeSync(Saved)

const pathIn = (folder: string): string => join(folder, "before.json")

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex")

/** Writes down how everything stood that an attempt may not touch, and answers with the hash by which it is known again. */
export const saveFingerprint = Effect.fn("saveFingerprint")(function* (folder: string, { refs, checkout }: Fingerprint) {
  const files = yield* Files
  const text = encode({ refs: [...refs], checkout: [...checkout] })
  yield* files.write(pathIn(folder), text, 0o600)
  return hashOf(text)
})

/** The same, read again; undefined when it is gone, or not what was written down. */
export const savedFingerprint = Effect.fn("savedFingerprint")(function* (folder: string, hash: string) {
  const files = yield* Files
  const text = yield* files.text(pathIn(folder)).pipe(Effect.orElseSucceed(() => undefined))
  if (text === undefined || hashOf(text) !== hash) return undefined
  const saved = Option.getOrUndefined(decode(text))
  return saved === undefined ? undefined : ({ refs: new Map(saved.refs), checkout: new Map(saved.checkout) } satisfies Fingerprint)
})
