/** The kinds of entries that a tree of git's has, as git tells them apart. */
export const treeModes = ["100644", "100755", "120000", "40000", "160000"] as const
export type TreeMode = (typeof treeModes)[number]

/** One entry of a tree. */
export interface RawEntry {
  readonly mode: TreeMode
  readonly name: string
  readonly oid: string
  /** What the entry is sorted by: the bytes of its name, one character each; of a folder with a slash behind them. */
  readonly key: string
}

/** Reads the bytes of a tree object; `idLength` is the length of an id in bytes, 20 or 32. */
export const parseTree = (data: Buffer, idLength: number): readonly RawEntry[] => {
  const entries: RawEntry[] = []
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(32, at)
    const end = data.indexOf(0, space)
    const mode = modeOf(data.toString("latin1", at, space))
    const bytes = data.toString("latin1", space + 1, end)
    entries.push({
      mode,
      name: data.toString("utf8", space + 1, end),
      oid: data.toString("hex", end + 1, end + 1 + idLength),
      key: mode === "40000" ? `${bytes}/` : bytes,
    })
    at = end + 1 + idLength
  }
  return entries
}

/** Old trees hold modes such as `100664`; git takes each for the kind that it belongs to, and so do we. */
const modeOf = (text: string): TreeMode => {
  const mode = Number.parseInt(text, 8)
  const kind = mode & 0o170000
  if (kind === 0o100000) return (mode & 0o100) === 0 ? "100644" : "100755"
  if (kind === 0o120000) return "120000"
  return kind === 0o040000 ? "40000" : "160000"
}
