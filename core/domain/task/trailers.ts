import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Task } from "./task.ts"

const { acceptance: _acceptance, attempts: _attempts, gates: _gates, limits: _limits, ...most } = Task.fields
const { effort: _effort, fresh: _fresh, independence: _independence, retries: _retries, extra: _extra, prompt: _prompt, ...fields } = most

/** What lists and the scheduler need of a task; it stands in the commit message, so that one `for-each-ref` reads thousands. */
export const Summary = Schema.Struct(fields)
export type Summary = typeof Summary.Type

const keys = Object.keys(Summary.fields)
const lists = new Set(["labels", "scope", "needs"])
const numbers = new Set(["id", "parent", "fence"])
const trailerOf = (key: string): string =>
  key.replace(/(^|_)([a-z])/g, (_, joint: string, letter: string) => (joint ? "-" : "") + letter.toUpperCase())
const keyOf = new Map(keys.map((key) => [trailerOf(key).toLowerCase(), key]))

const code = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`

/**
 * One line, whatever the text holds. Only characters that a line can't hold are escaped (line ends, control characters,
 * lone surrogates, spaces at the ends, which git trims), and the backslash that escapes them.
 */
const escape = (text: string): string =>
  text === "" || text === '""'
    ? text.replace('""', code('"').repeat(2)) || '""'
    : text
        .replaceAll("\\", "\\\\")
        .replace(/\n/g, "\\n")
        .replace(/[\p{Cc}\u2028\u2029\u0085\uFEFF]/gu, code)
        .replace(/\p{Cs}/gu, code)
        .replace(/^\s|\s$/g, code)

const unescape = (text: string): string =>
  text === '""'
    ? ""
    : text.replace(/\\(?:u([0-9a-f]{4})|(.))/g, (_, hex: string | undefined, char: string | undefined) =>
        hex !== undefined ? String.fromCharCode(Number.parseInt(hex, 16)) : char === "n" ? "\n" : (char ?? ""),
      )

const encode = (value: unknown): string => {
  if (Array.isArray(value)) return value.every((one) => typeof one === "number") ? value.join(", ") : escape(JSON.stringify(value))
  return escape(String(value))
}

const decode = (key: string, text: string): unknown => {
  if (key === "needs" || key === "children") return text.split(",").flatMap((one) => (one.trim() === "" ? [] : [Number(one)]))
  if (numbers.has(key)) return Number(text)
  if (key === "adopted") return text === "true"
  if (!lists.has(key)) return unescape(text)
  try {
    return JSON.parse(unescape(text))
  } catch {
    return text
  }
}

/** The message of the commit that records a task's state: a subject for people, and the summary as trailers. */
export const summaryMessage = (task: Summary): string => {
  const lines = keys.flatMap((key) => {
    const value: unknown = Reflect.get(task, key)
    return value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [`${trailerOf(key)}: ${encode(value)}`]
  })
  return `${task.status}: ${escape(task.title)}\n\n${lines.join("\n")}\n`
}

const asSummary = Schema.decodeUnknownOption(Summary)

/** Reads the summary back from a commit message, or from its trailers alone; nothing when it isn't one of osier's. */
export const readSummary = (message: string): Summary | undefined => {
  const last = message.trimEnd().split(/\n\n+/).at(-1) ?? ""
  const record: Record<string, unknown> = { labels: [], scope: [], needs: [] }
  for (const line of last.split("\n")) {
    const colon = line.indexOf(":")
    const key = keyOf.get(line.slice(0, colon).toLowerCase())
    if (key !== undefined) record[key] = decode(key, line.slice(colon + 1).trim())
  }
  return Option.getOrUndefined(asSummary(record))
}

/** Takes every `Osier-…:` line out of a text that isn't osier's own: such trailers prove a landing, and nobody may write that proof for us. */
export const withoutOsierTrailers = (text: string): string =>
  text.replace(/^[^\S\n]*osier-[\w-]*[^\S\n]*:.*(?:\r?\n[ \t]+\S.*)*\r?\n?/gim, "")
