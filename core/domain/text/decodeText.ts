import * as Result from "effect/Result"

/** Why bytes are no text, and in which line. */
export interface NoText {
  readonly line: number
  readonly reason: string
}

const utf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Text as a person's file holds it: UTF-8, or UTF-16 that says so at its start. Anything else is told, never guessed. */
export const decodeText = (bytes: Uint8Array): Result.Result<string, NoText> => {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return decodeWide(bytes, first === 0xff)
  const text = utf8(bytes)
  const nul = text === undefined ? -1 : text.indexOf("\0")
  if (text !== undefined && nul < 0) return Result.succeed(text)
  if (text !== undefined) return Result.fail({ line: text.slice(0, nul).split("\n").length, reason: "holds a NUL, so it is no text" })
  let line = 1
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(10, from)
    const next = end < 0 ? bytes.length : end + 1
    if (utf8(bytes.subarray(from, next)) === undefined) break
    from = next
  }
  return Result.fail({ line, reason: "is not written in UTF-8" })
}

const decodeWide = (bytes: Uint8Array, little: boolean): Result.Result<string, NoText> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let text = ""
  for (let at = 2; at + 1 < bytes.length; at += 2) text += String.fromCharCode(view.getUint16(at, little))
  return bytes.length % 2 === 0 && text.isWellFormed() && !text.includes("\0")
    ? Result.succeed(text)
    : Result.fail({ line: 1, reason: "begins as UTF-16 and is none" })
}
