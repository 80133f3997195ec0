import * as Schema from "effect/Schema"

/** What a git tree can't say of the files in a keep; paths are as they stand in the keep's tree. */
export const KeepManifest = Schema.Struct({
  version: Schema.Literal(1),
  /** Where HEAD was: a ref, or a commit when detached. */
  head: Schema.optionalKey(Schema.String),
  /** Permissions other than 644 and 755, in octal, with the paths that have them. */
  modes: Schema.Record(Schema.String, Schema.Array(Schema.String)),
  emptyFolders: Schema.Array(Schema.String),
  /** Submodules that hold nothing of their own: path and commit. */
  submodules: Schema.Record(Schema.String, Schema.String),
  left: Schema.Array(Schema.String),
})
export type KeepManifest = typeof KeepManifest.Type

export const KeepManifestText = Schema.fromJsonString(KeepManifest)
