import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { ProcessIdentity } from "../../domain/lock/processIdentity.ts"
import { quoteWord } from "../../domain/text/quoteWord.ts"
import { Files } from "../../world/machine/files.ts"
import { Repository } from "../../world/git/repository.ts"

/** A checkout that is about to be brought along, written down before anything is touched, so that a kill is no riddle. */
export const FollowIntent = Schema.Struct({
  id: Schema.String,
  owner: ProcessIdentity,
  target: Schema.String,
  from: Schema.String,
  to: Schema.String,
  path: Schema.String,
  gitDir: Schema.String,
})
export type FollowIntent = typeof FollowIntent.Type

const Text = Schema.fromJsonString(FollowIntent)
const decode = Schema.decodeUnknownOption(Text)
const encode = Schema.encodeSync(Text)

const folderOf = Effect.map(Repository, ({ own }) => join(own, "follow"))

/** Written and made durable. */
export const writeIntent = Effect.fn("writeIntent")(function* (intent: FollowIntent) {
  const files = yield* Files
  yield* files.write(join(yield* folderOf, `${intent.id}.json`), encode(intent))
})

/** Nothing more is to be done about it. */
export const dropIntent = Effect.fn("dropIntent")(function* (intent: FollowIntent) {
  const files = yield* Files
  yield* files.remove(join(yield* folderOf, `${intent.id}.json`))
})

/** All that were left, by whomever. */
export const listIntents = Effect.fn("listIntents")(function* () {
  const files = yield* Files
  const folder = yield* folderOf
  const names = (yield* files.list(folder)).filter((name) => name.endsWith(".json"))
  const texts = yield* Effect.forEach(names, (name) => files.text(join(folder, name)))
  return texts.flatMap((text) => Option.toArray(decode(text)))
})

/** What stands in the checkout's `index.lock` while it is ours. */
export const lockWord = (intent: FollowIntent): string =>
  `osier brings this checkout along (process ${intent.owner.pid}, ${intent.id}); it goes away by itself\n`

/** The index that git works on meanwhile; beside the real one, so that it can be renamed into place. */
export const copyOf = (intent: FollowIntent): string => join(intent.gitDir, `index.osier-${intent.id}`)

/** The mark of the git that writes the files. */
export const markOf = (intent: FollowIntent): string => `follow-${intent.id}`

/**
 * What a person types to bring the checkout along; git refuses where it would touch a changed file. The status comes
 * first because it also refreshes what git knows of files that only look changed.
 */
export const followCommand = (intent: { readonly path: string; readonly from: string; readonly to: string }): string => {
  const git = `git -C ${quoteWord(intent.path)}`
  return `${git} status --short && ${git} read-tree -m -u ${intent.from} ${intent.to}`
}
