import { createHash } from "node:crypto"
import type { SecretAt } from "../../domain/secret/secret.ts"

/** A secret in bytes: the line it begins on, and a mark that is the same for the same secret everywhere. */
export interface Hit {
  readonly line: number
  readonly kind: string
  readonly mark: string
}

/** Looked at in one piece; a larger file takes several, so that memory stays bounded. */
const pieceBytes = 512 * 1024
/** What two pieces have in common, so that a secret on their border is seen. */
const sharedBytes = 8 * 1024

/** What is the same of two findings of one secret. */
export const markOf = (secret: string): string => createHash("sha256").update(secret).digest("base64url").slice(0, 22)

const newlines = (text: string): number => {
  let count = 0
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++
  return count
}

/**
 * Looks through bytes that come in pieces, as a reader would who does not care how they are encoded: each byte is a character,
 * and where there are NUL bytes, as in UTF-16, the text without them is looked through too.
 */
export const textScan = (find: (text: string) => readonly SecretAt[]) => {
  const hits = new Map<string, Hit>()
  let pending: Buffer = Buffer.alloc(0)
  let line = 1

  const look = (text: string) => {
    for (const { start, end, kind } of find(text)) {
      const hit: Hit = { line: line + newlines(text.slice(0, start)), kind, mark: markOf(text.slice(start, end).trim()) }
      const key = `${hit.line} ${kind}`
      if (!hits.has(key)) hits.set(key, hit)
    }
  }
  const lookThrough = (bytes: Buffer) => {
    const text = bytes.toString("latin1")
    look(text)
    if (text.includes("\0")) look(text.replaceAll("\0", ""))
  }

  return {
    add: (bytes: Buffer) => {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
      if (pending.length < pieceBytes) return
      lookThrough(pending)
      // From the end of a line on, where there is one: nothing then begins in the middle of a word.
      const least = pending.length - sharedBytes
      const from = Math.max(least, pending.subarray(least - sharedBytes, least).lastIndexOf(10) + 1 + least - sharedBytes)
      line += newlines(pending.subarray(0, from).toString("latin1"))
      pending = Buffer.from(pending.subarray(from))
    },
    end: (): readonly Hit[] => {
      if (pending.length > 0) lookThrough(pending)
      return [...hits.values()].toSorted((a, b) => a.line - b.line)
    },
  }
}
