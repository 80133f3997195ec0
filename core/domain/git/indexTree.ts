import { createHash } from "node:crypto"
import type { IndexEntry } from "./gitIndex.ts"

type Entry = Pick<IndexEntry, "path" | "mode" | "oid" | "stage">

/**
 * The id of the tree that `git write-tree` would make of these entries; undefined where that is not for us to say: of a
 * conflict, and of names that are no text.
 */
export const indexTree = (entries: readonly Entry[], format: "sha1" | "sha256"): string | undefined => {
  if (entries.some(({ stage, path }) => stage !== 0 || path.includes("\uFFFD"))) return undefined
  return treeOf(entries, "", format)
}

/** The entries stand in the order of their whole paths, so those of one folder stand together. */
const treeOf = (entries: readonly Entry[], folder: string, format: "sha1" | "sha256"): string => {
  const rows: { readonly key: Buffer; readonly row: Buffer }[] = []
  for (let at = 0; at < entries.length;) {
    const entry = entries[at]
    if (entry === undefined) break
    const rest = entry.path.slice(folder.length)
    const slash = rest.indexOf("/")
    if (slash < 0) {
      rows.push(rowOf(rest, rest, entry.mode.toString(8), entry.oid))
      at++
      continue
    }
    const inner = `${folder}${rest.slice(0, slash + 1)}`
    let end = at
    while (entries[end]?.path.startsWith(inner) === true) end++
    const name = rest.slice(0, slash)
    rows.push(rowOf(`${name}/`, name, "40000", treeOf(entries.slice(at, end), inner, format)))
    at = end
  }
  const body = Buffer.concat(rows.toSorted((a, b) => Buffer.compare(a.key, b.key)).map(({ row }) => row))
  return createHash(format).update(`tree ${body.length}\0`).update(body).digest("hex")
}

const rowOf = (key: string, name: string, mode: string, oid: string) => ({
  key: Buffer.from(key),
  row: Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, "hex")]),
})
