import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { basename, join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { gitsAtWork } from "../../world/git/gitsAtWork.ts"
import { readLockHolder } from "../../world/machine/lockFile.ts"
import { Machine } from "../../world/machine/machine.ts"
import { isAbandoned } from "../../world/machine/passing.ts"
import { Repository } from "../../world/git/repository.ts"
import { walk } from "../../world/machine/walk.ts"

/** Folders of osier's own in which everything stands for a moment only. */
const passing = ["views", "overlay", "tmp"]

/**
 * Takes away what killed processes would have taken away themselves: drafts of files, views, names of locks, and objects that
 * were not whole yet. What belongs to a living process stays, and so does what nobody can tell of.
 */
export const sweepPassing = Effect.fn("sweepPassing")(function* () {
  const files = yield* Files
  const machine = yield* Machine
  const { own } = yield* Repository
  for (const folder of passing.map((name) => join(own, name)))
    for (const name of yield* files.list(folder)) if (isAbandoned(name) === true) yield* files.remove(join(folder, name))
  // Logs are many, and the others are looked after by whoever they belong to.
  const within = yield* walk(own, (path) => !/^(?:logs|attempts|trash|pool|intents)$/.test(path) && !passing.includes(path))
  for (const { path, kind } of within) {
    const at = join(own, path)
    if (kind !== "file") continue
    if (path.endsWith(".new") && isAbandoned(basename(path)) === true) yield* files.remove(at)
    if (!/\.lock\.(?:own|takeover)\./.test(path)) continue
    const holder = yield* readLockHolder(at)
    if (holder !== undefined && (yield* machine.liveness(holder)) === "dead") yield* files.remove(at)
  }
  yield* sweepObjects
})

/** Objects that nobody finished: ours say whose they are, and those of git are older than any git that is at work. */
const sweepObjects = Effect.gen(function* () {
  const files = yield* Files
  const { commonDir, root } = yield* Repository
  const objects = join(commonDir, "objects")
  const folders = (yield* files.list(objects)).filter((name) => /^(?:[0-9a-f]{2}|pack)$/.test(name))
  const listed = yield* Effect.forEach(folders, (folder) =>
    Effect.map(files.list(join(objects, folder)), (names) =>
      names.filter((name) => name.startsWith("tmp_")).map((name) => join(objects, folder, name)),
    ),
  )
  const found = listed.flat()
  if (found.length === 0) return
  const gits = yield* gitsAtWork([commonDir, root])
  const writing = gits === undefined || gits.some(({ command }) => !/ (?:cat-file|update-ref)(?: |$)/.test(command))
  const born = (yield* Clock.currentTimeMillis) - process.uptime() * 1000
  for (const path of found) {
    const stat = yield* files.stat(path)
    const abandoned = isAbandoned(basename(path)) ?? (!writing && stat !== undefined && stat.mtimeMs < born)
    if (abandoned) yield* files.remove(path)
  }
})
