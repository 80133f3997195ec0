import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import type { BigIntStats } from "node:fs"
import * as fs from "node:fs/promises"
import { readIndex } from "../domain/gitIndex.ts"

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
  const hashBytes = format === "sha256" ? 32 : 20
  const entries = readIndex(bytes, hashBytes)
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
  const end = bytes.length - hashBytes
  // With `index.skipHash` the checksum is all zeros and stays so.
  if (bytes.subarray(end).some((byte) => byte !== 0)) createHash(format).update(bytes.subarray(0, end)).digest().copy(bytes, end)
  const beside = `${file}.osier`
  await fs.writeFile(beside, bytes)
  await fs.rename(beside, file)
  return true
}

const second = 1_000_000_000n
