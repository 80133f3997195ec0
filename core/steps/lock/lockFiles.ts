import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { gitsAtWork } from "../../world/git/gitsAtWork.ts"
import type { GitAtWork } from "../../world/git/gitsAtWork.ts"
import { RefIntent } from "../../world/git/refIntent.ts"
import type { Announced } from "../../world/git/refIntent.ts"
import { Repository } from "../../world/git/repository.ts"
import { walk } from "../../world/machine/walk.ts"

/** A lock file of git's that stands in the repository. */
export interface LockFile {
  readonly path: string
  readonly ageMs: number
  /** A process of osier that had announced it. */
  readonly announced?: Announced
  /** Gits that are at work in the repository and may hold it; undefined where the system does not tell. */
  readonly gits: readonly GitAtWork[] | undefined
}

/** A living git holds a lock file for less than this. */
const momentMs = 2_000

/** Every lock file of git's that has stood for longer than a moment, wherever it is below the git directory, and whose it may be. */
export const lockFiles = Effect.fn("lockFiles")(function* () {
  const files = yield* Files
  const intents = yield* RefIntent
  const { commonDir, root } = yield* Repository
  const now = yield* Clock.currentTimeMillis
  // Objects are many, and git locks nothing among them but what is beside the packs.
  const deep = yield* walk(commonDir, (path) => !/^(?:objects|osier|logs|modules|hooks)$/.test(path))
  const beside = yield* Effect.forEach(["objects/info", "objects/pack"], (folder) =>
    Effect.map(files.list(join(commonDir, folder)), (names) => names.map((name) => join(commonDir, folder, name))),
  )
  const paths = [...deep.filter(({ kind }) => kind === "file").map(({ path }) => join(commonDir, path)), ...beside.flat()]
  const standing = yield* Effect.forEach(
    paths.filter((path) => path.endsWith(".lock")),
    (path) => Effect.map(files.stat(path), (stat) => ({ path, ageMs: stat === undefined ? 0 : now - stat.mtimeMs })),
  )
  const old = standing.filter(({ ageMs }) => ageMs > momentMs)
  if (old.length === 0) return []
  const by = yield* intents.announced
  const gits = yield* gitsAtWork([commonDir, root])
  return old.map(({ path, ageMs }): LockFile => {
    const announced = by.get(path)
    return { path, ageMs, gits, ...(announced === undefined ? {} : { announced }) }
  })
})
