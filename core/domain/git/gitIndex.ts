/** One entry of git's index, with what git remembers of the file's state. */
export interface IndexEntry {
  readonly path: string
  readonly mode: number
  readonly oid: string
  readonly stage: number
  readonly size: number
  readonly mtimeSec: number
  readonly mtimeNsec: number
  /** Absent on purpose (sparse checkout). */
  readonly skipped: boolean
  /** Where the entry starts in the file. */
  readonly at: number
}

/**
 * The entries of an index file of version 2 or 3, whole ones only; nothing for version 4, which compresses paths, for a
 * split index, whose entries are elsewhere, and for anything damaged.
 */
export const readIndex = (bytes: Uint8Array, hashBytes: 20 | 32): readonly IndexEntry[] | undefined => {
  if (bytes.length < 12 + hashBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(4)
  if (view.getUint32(0) !== 0x44495243 || (version !== 2 && version !== 3)) return undefined
  const end = bytes.length - hashBytes
  const utf8 = new TextDecoder()
  const entries: IndexEntry[] = []
  let at = 12
  for (let left = view.getUint32(8); left > 0; left--) {
    const flagsAt = at + 40 + hashBytes
    if (flagsAt + 2 > end) return undefined
    const flags = view.getUint16(flagsAt)
    const more = (flags & 0x4000) === 0 ? 0 : view.getUint16(flagsAt + 2)
    const nameAt = flagsAt + ((flags & 0x4000) === 0 ? 2 : 4)
    const nameEnd = bytes.indexOf(0, nameAt)
    if (nameEnd < 0 || nameEnd > end) return undefined
    entries.push({
      path: utf8.decode(bytes.subarray(nameAt, nameEnd)),
      mode: view.getUint32(at + 24),
      oid: hex(bytes.subarray(at + 40, flagsAt)),
      stage: (flags >> 12) & 3,
      size: view.getUint32(at + 36),
      mtimeSec: view.getUint32(at + 8),
      mtimeNsec: view.getUint32(at + 12),
      skipped: (more & 0x4000) !== 0,
      at,
    })
    // Padded with one to eight zero bytes to a multiple of eight, counted from the entry's start.
    at += (nameEnd - at + 8) & ~7
  }
  for (; at + 8 <= end; at += 8 + view.getUint32(at + 4)) if (view.getUint32(at) === 0x6c696e6b) return undefined
  return at === end ? entries : undefined
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
