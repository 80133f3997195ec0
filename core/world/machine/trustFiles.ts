import * as Effect from "effect/Effect"
import type { BigIntStats } from "node:fs"
import * as fs from "node:fs/promises"
import { readIndex } from "../../domain/git/gitIndex.ts"
import { writeIndex } from "./writeIndex.ts"

/**
 * Tells an index that files are as it has them, by the states they had when that was found out: whoever writes one of them
 * later is seen. False where the index can't be read; it is left as it was then.
 */
export const trustFiles = (
  index: string,
  states: ReadonlyMap<string, BigIntStats>,
  objectFormat: "sha1" | "sha256",
): Effect.Effect<boolean> => Effect.promise(() => trust(index, states, objectFormat).catch(() => false))

const trust = async (file: string, states: ReadonlyMap<string, BigIntStats>, format: "sha1" | "sha256") => {
  const bytes = await fs.readFile(file)
  const entries = readIndex(bytes, format === "sha256" ? 32 : 20)
  if (entries === undefined) return false
  for (const entry of entries) {
    const state = states.get(entry.path)
    if (state === undefined || entry.stage !== 0) continue
    const words = [
      ...[state.ctimeNs / second, state.ctimeNs % second, state.mtimeNs / second, state.mtimeNs % second, state.dev, state.ino],
      ...[BigInt(entry.mode), state.uid, state.gid, state.size],
    ]
    for (const [n, word] of words.entries()) bytes.writeUInt32BE(Number(word & 0xffffffffn), entry.at + 4 * n)
  }
  await writeIndex(file, bytes, format)
  return true
}

const second = 1_000_000_000n
