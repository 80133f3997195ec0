const mark = "=osier="

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const textOf = (name: Uint8Array): string | undefined => {
  try {
    return utf8.decode(name)
  } catch {
    return undefined
  }
}

/** As file systems see a name that ignore case and characters without a width. */
const levelled = (name: string): string => name.replaceAll(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, "").toLowerCase()

/** Names that no git tree may hold, in every spelling that some file system takes for `.git`. */
const forbidden = /(?:^|\\)(?:\.git|git~\d+)[ .]*(?:$|[\\:])/

/** Names whose contents `git fsck` judges: fine when git made them, an error for the whole repository when an agent did. */
const judged =
  /(?:^|\\)(?:\.(?:git(?:modules|attributes|ignore)|mailmap)|(?:gi\w{4}|git(?:mod|att|ign)|mailma|ma\w{4})~\d+)[ .]*(?:$|[\\:])/

export const isJudged = (name: string): boolean => judged.test(levelled(name))

/**
 * The name a file has in a keep. It is its own, unless git forbids it, it isn't text, it begins like an encoded one, or
 * `encode` asks for it: then it is a mark and the bytes, percent-encoded.
 */
export const keptName = (name: string | Uint8Array, encode = false): string => {
  const text = typeof name === "string" ? name : textOf(name)
  // A lone surrogate has no bytes of its own; such a name comes from a system that has no other form of it.
  if (text !== undefined && text.isWellFormed()) {
    return encode || text.startsWith(mark) || forbidden.test(levelled(text)) ? mark + encodeURIComponent(text) : text
  }
  const bytes = typeof name === "string" ? new TextEncoder().encode(name) : name
  return mark + Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`).join("")
}

/** The name a kept file had: text where it is text, else its bytes. */
export const ownName = (kept: string): string | Uint8Array => {
  if (!kept.startsWith(mark)) return kept
  const encoded = kept.slice(mark.length)
  const bytes: number[] = []
  for (let at = 0; at < encoded.length; at++) {
    if (encoded[at] !== "%") bytes.push(encoded.charCodeAt(at))
    else {
      bytes.push(Number.parseInt(encoded.slice(at + 1, at + 3), 16))
      at += 2
    }
  }
  const all = Uint8Array.from(bytes)
  return textOf(all) ?? all
}

/** Whether a file in a folder can have this name; every other leads out of the folder, or nowhere. */
export const isNameInFolder = (name: string | Uint8Array): boolean => {
  const text = typeof name === "string" ? name : new TextDecoder("latin1").decode(name)
  return text !== "" && text !== "." && text !== ".." && !/[/\0]/.test(text)
}

/** The first of these kept paths that can't be given back into a folder of its own: it leads out of it, or goes through a file or link. */
export const strayPath = (files: readonly string[], folders: readonly string[]): string | undefined => {
  const taken = new Set(files)
  return [...files, ...folders].find((path, n) => {
    const names = path.split("/")
    const through = names.map((_, at) => names.slice(0, at + 1).join("/")).slice(0, n < files.length ? -1 : undefined)
    return !names.every((name) => isNameInFolder(ownName(name))) || through.some((one) => taken.has(one))
  })
}
