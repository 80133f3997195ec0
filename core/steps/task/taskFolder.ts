import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Repository } from "../../world/git/repository.ts"

/** What a file was last written as: the record's commit, and the blob of its text. */
const Written = Schema.Struct({ commit: Schema.String, blob: Schema.String })
export type Written = typeof Written.Type

/**
 * What the folder of task files was written from, file by file. Before files are written, what they are going to be is
 * added; whenever a kill comes, a file that is one of these was not edited.
 */
const Base = Schema.Struct({
  files: Schema.Record(Schema.String, Schema.Struct({ id: Schema.Natural, written: Schema.Array(Written) })),
  /** New files that are about to become tasks, by the nonce under which these are found again. */
  fresh: Schema.Record(Schema.String, Schema.Struct({ nonce: Schema.String, blob: Schema.String })),
})
export type Base = typeof Base.Type

const BaseText = Schema.fromJsonString(Base)

/** The folder as people name it: relative to the checkout. */
export const shownFolder = ".osier/tasks"

/** Where the tasks of a checkout stand as editable files. */
export const taskFolder = Effect.gen(function* () {
  const { root } = yield* Repository
  return join(root, ".osier", "tasks")
})

const basePath = Effect.map(taskFolder, (folder) => join(folder, ".base.json"))

/** Undefined when nobody asked for the files in this checkout; empty when the record of them is damaged. */
export const readBase = Effect.fn("readBase")(function* () {
  const files = yield* Files
  const text = yield* files.text(yield* basePath)
  if (text === undefined) return undefined
  const base: Base = { files: {}, fresh: {} }
  return Option.getOrElse(Schema.decodeUnknownOption(BaseText)(text), () => base)
})

export const writeBase = Effect.fn("writeBase")(function* (base: Base) {
  const files = yield* Files
  yield* files.write(yield* basePath, `${JSON.stringify(base)}\n`)
})
