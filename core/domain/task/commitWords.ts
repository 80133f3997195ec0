import type { TitleStyle } from "./commitTitle.ts"

/** How osier words the commits that it writes. */
export interface CommitWords {
  readonly title: TitleStyle
  /** Of a landing: all that is known of it, or only what proves it. */
  readonly trailers: "full" | "short"
}

/** What a repository with commits in conventional form gets. */
export const usualWords: CommitWords = { title: "conventional", trailers: "full" }

const width = 72

/**
 * The body of a commit: an agent's closing words, whose beginning may be cut off (`…`). Prose is broken as commits are; what
 * stands indented, in a table or in a fence is left as it is.
 */
export const commitBody = (said: string): string => {
  const whole = said.startsWith("…") ? said.slice(said.indexOf("\n") + 1 || 1) : said
  let fenced = false
  return whole
    .replace(/\r\n?/g, "\n")
    .trim()
    .split("\n")
    .flatMap((line) => {
      if (/^\s*(?:```|~~~)/.test(line)) fenced = !fenced
      return fenced || /^(?:\s|\|)/.test(line) ? [line.trimEnd()] : broken(line.trimEnd())
    })
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
}

/** A line of prose as several; what is listed goes on below its own first word. */
const broken = (line: string): readonly string[] => {
  const indent = " ".repeat(/^(?:[-*+] |\d+[.)] )/.exec(line)?.[0].length ?? 0)
  const rows: string[] = []
  let row = ""
  for (const word of line.split(" ")) {
    if (row.trim() !== "" && row.length + 1 + word.length > width) {
      rows.push(row)
      row = indent + word
    } else row = row === "" ? word : `${row} ${word}`
  }
  return [...rows, row]
}
