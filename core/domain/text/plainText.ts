import { stripVTControlCharacters } from "node:util"

/** What reorders, hides or breaks a text on a terminal, and the characters that stand for colours there. */
const steering = /[\p{Cs}\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFDD0-\uFDEF]/gu

/**
 * A text as one line that is safe to print: agents and branches choose their words, and a terminal obeys escape sequences
 * and writes right-to-left when told to.
 */
export const plainLine = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/[\p{Cc}\s\u2028\u2029]+/gu, " ")
    .replace(steering, "")
    .trim()

/** The same for a text of several lines, which keeps its lines and indentation. */
export const plainText = (text: string): string => printable(text).replace(steering, "").trimEnd()

/** What a screen may print: nothing in it steers a terminal but the marks of colours, which are ours. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .replace(/[\p{Cs}\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu, "")

/** JSON that is the same data and steers no terminal: what JSON leaves as it is inside of texts is written by its number. */
export const printableJson = (json: string): string =>
  json
    // Outside of JSON's texts, where they would be escaped, they are words of a warning.
    .replace(/[^\P{Cc}\n\t\u007F-\u009F]/gu, "")
    .replace(/[\u007F-\u009F\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g, numbered)

const numbered = (one: string): string => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`

const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{1B2FF}\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}\p{Emoji_Presentation}]/u
const none = /\p{M}|\u200C|\u200D|[\uFDD0-\uFDEF]/u

/** U+FE0F makes a picture of the sign before it, which is one column wider then. Too many are counted rather than too few. */
const cellsOf = (char: string): number => (char === "\uFE0F" ? 1 : none.test(char) ? 0 : wide.test(char) ? 2 : 1)

/** How many columns of a terminal a text takes. */
export const cells = (text: string): number => Array.from(text).reduce((sum, char) => sum + cellsOf(char), 0)

/** Cut to so many columns, with an ellipsis where something is missing. Colours end where they would have ended. */
export const fitted = (text: string, width: number): string => {
  if (cells(text) <= width) return text
  let taken = ""
  let used = 0
  for (const char of text) {
    if (used + cellsOf(char) > width - 1) break
    taken += char
    used += cellsOf(char)
  }
  const marks = text.slice(taken.length).replace(/[^\uFDD0-\uFDEF]+/g, "")
  return (width < 1 ? "" : `${taken.trimEnd()}…`) + marks
}

/** Filled up to so many columns, or cut. */
export const padded = (text: string, width: number): string => {
  const cut = fitted(text, width)
  return cut + " ".repeat(Math.max(0, width - cells(cut)))
}

/** A time span for a person who looks at it change: `7s`, `3m 07s`, `2h 05m`. */
export const span = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (count: number) => String(count).padStart(2, "0")
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`
}

/** A measured duration: `0.4 s`, `12.3 s`, `3m 07s`. */
export const took = (ms: number): string => (ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : span(ms))

/** `1 task`, `2 tasks`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`
