import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** Writes SHA256SUMS, as `sha256sum --check` reads it, over the named files of a folder. */
export const checksums = (folder: string, names: readonly string[]): string => {
  const lines = names.toSorted().map(
    (name) =>
      `${createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex")}  ${name}\n`,
  )
  const file = join(folder, "SHA256SUMS")
  writeFileSync(file, lines.join(""))
  return file
}
