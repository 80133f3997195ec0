import * as Effect from "effect/Effect"
import { lstatSync, lutimesSync } from "node:fs"
import * as fs from "node:fs/promises"
import { join } from "node:path"
import { readIndex } from "../../domain/git/gitIndex.ts"
import { writeIndex } from "../machine/writeIndex.ts"

const batch = 1000

/**
 * Makes the index of a tree that was checked out this moment sure of its files. git compares times in whole seconds, so it
 * distrusts every file as young as the index itself and reads all of them again at each `git status`. The files' times are
 * set back and the index told, without reading one file. Only for a tree that nobody works in yet. False: left as it was.
 */
export const settleIndex = (gitDir: string, tree: string, objectFormat: "sha1" | "sha256"): Effect.Effect<boolean> =>
  Effect.promise(() => settle(join(gitDir, "index"), tree, objectFormat).catch(() => false))

const settle = async (file: string, tree: string, format: "sha1" | "sha256"): Promise<boolean> => {
  const bytes = await fs.readFile(file)
  const entries = readIndex(bytes, format === "sha256" ? 32 : 20)
  if (entries === undefined) return false
  const past = Math.floor(Date.now() / 1000) - 10
  for (let from = 0; from < entries.length; from += batch) {
    for (const entry of entries.slice(from, from + batch)) {
      if (entry.skipped || entry.stage !== 0 || (entry.mode & 0o170000) === 0o160000) continue
      const path = join(tree, entry.path)
      lutimesSync(path, past, past)
      const seen = lstatSync(path, { bigint: true })
      bytes.writeUInt32BE(Number((seen.ctimeNs / 1_000_000_000n) & 0xffffffffn), entry.at)
      bytes.writeUInt32BE(Number(seen.ctimeNs % 1_000_000_000n), entry.at + 4)
      bytes.writeUInt32BE(Number((seen.mtimeNs / 1_000_000_000n) & 0xffffffffn), entry.at + 8)
      bytes.writeUInt32BE(Number(seen.mtimeNs % 1_000_000_000n), entry.at + 12)
    }
    // Synchronous calls are several times faster here; other tasks get their turn in between.
    await new Promise((resume) => setImmediate(resume))
  }
  await writeIndex(file, bytes, format)
  return true
}
