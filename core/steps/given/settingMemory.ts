import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import type { SettingChange } from "../../domain/git/settingChange.ts"
import { Files } from "../../world/machine/files.ts"
import { Repository } from "../../world/git/repository.ts"
import { readConfiguration, settingChanges } from "./configuration.ts"

const Remembered = Schema.Struct({
  path: Schema.String,
  kind: Schema.Literals(["config", "hook", "file"]),
  key: Schema.optionalKey(Schema.String),
  from: Schema.optionalKey(Schema.Array(Schema.String)),
  to: Schema.optionalKey(Schema.Array(Schema.String)),
  /** What ran when it changed. */
  by: Schema.String,
})

/** A change of git's configuration that nobody has undone yet, and what ran when it came about. */
export type RememberedChange = typeof Remembered.Type

const Memory = Schema.fromJsonString(Schema.Array(Remembered))
const decode = Schema.decodeUnknownOption(Memory)
const encode = Schema.encodeSync(Memory)

/** More than this nobody reads. */
const most = 50

/** Where it is remembered what changed in git's configuration during runs; whoever removes it accepts all of that. */
export const settingMemory = Effect.map(Repository, ({ own }) => join(own, "configuration.json"))

const read = Effect.gen(function* () {
  const files = yield* Files
  const text = (yield* files.text(yield* settingMemory)) ?? "[]"
  return Option.getOrElse(decode(text), () => [])
})

/** Remembers changes, for the run after this one and for `osier doctor`. */
export const rememberChanges = Effect.fn("rememberChanges")(function* (changes: readonly SettingChange[], by: string) {
  if (changes.length === 0) return
  const files = yield* Files
  const known = yield* read
  const isNew = (one: SettingChange) => !known.some((old) => old.path === one.path && old.key === one.key)
  const all = [...known, ...changes.filter(isNew).map((one) => ({ ...one, by }))].slice(-most)
  yield* files.write(yield* settingMemory, `${encode(all)}\n`, 0o600)
})

/** The remembered changes that still stand; what was undone or changed again by its owner is forgotten. */
export const standingChanges = Effect.fn("standingChanges")(function* () {
  const files = yield* Files
  const known = yield* read
  if (known.length === 0) return []
  // Against nothing at all everything that is there is a change to what it is now.
  const now = yield* settingChanges(new Map(), yield* readConfiguration())
  const standing = known.filter((one) => {
    const here = now.find((each) => each.path === one.path && each.key === one.key)
    return JSON.stringify(here?.to) === JSON.stringify(one.to)
  })
  const path = yield* settingMemory
  if (standing.length === 0) yield* files.remove(path)
  else if (standing.length < known.length) yield* files.write(path, `${encode(standing)}\n`, 0o600)
  return standing
})
