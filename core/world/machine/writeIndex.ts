import { createHash } from "node:crypto"
import { rename, writeFile } from "node:fs/promises"

/** Puts an index whose entries were changed in the place of the one it was read from, whole, with the checksum that fits it. */
export const writeIndex = async (file: string, bytes: Buffer, format: "sha1" | "sha256"): Promise<void> => {
  const end = bytes.length - (format === "sha256" ? 32 : 20)
  // With `index.skipHash` the checksum is all zeros and stays so.
  if (bytes.subarray(end).some((byte) => byte !== 0)) createHash(format).update(bytes.subarray(0, end)).digest().copy(bytes, end)
  const beside = `${file}.osier`
  await writeFile(beside, bytes)
  await rename(beside, file)
}
