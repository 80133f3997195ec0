/** Marks a text for a terminal; without colour every mark leaves it as it is. */
export interface Paint {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly warn: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

/**
 * A mark is a character that Unicode keeps out of all texts. It becomes an escape sequence only where a screen prints it: by
 * then every sequence that came with a foreign text is gone, so that nothing but a mark of ours ever steers a terminal.
 */
const codes: ReadonlyMap<string, number> = new Map([
  ["\uFDD0", 32],
  ["\uFDD1", 31],
  ["\uFDD2", 33],
  ["\uFDD3", 2],
  ["\uFDD4", 1],
  ["\uFDD5", 39],
  ["\uFDD6", 22],
])
const [green, red, yellow, faint, strong, noColour, noWeight] = [...codes.keys()]

const plain = (text: string): string => text
const mark = (on: string | undefined, off: string | undefined) => (text: string) => (text === "" ? "" : `${on}${text}${off}`)

/** For files, pipes and programs. */
export const noPaint: Paint = { good: plain, bad: plain, warn: plain, dim: plain, bold: plain }

const marks: Paint = {
  good: mark(green, noColour),
  bad: mark(red, noColour),
  warn: mark(yellow, noColour),
  dim: mark(faint, noWeight),
  bold: mark(strong, noWeight),
}

/** A text with its marks as a terminal understands them. */
export const coloured = (text: string): string =>
  text.replace(/[\uFDD0-\uFDEF]/g, (one) => (codes.has(one) ? `\u001b[${codes.get(one)}m` : ""))

/**
 * Colours only on a terminal that can show them, and never where `NO_COLOR` is set (no-color.org: to anything but nothing).
 * `FORCE_COLOR` asks for them in files and pipes too; its `0` and `false` are a no.
 */
export const paintFor = (terminal: boolean, env: Readonly<Record<string, string | undefined>>): Paint => {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = env
  if (no) return noPaint
  if (force !== undefined) return force === "0" || force === "false" ? noPaint : marks
  return terminal && term !== "dumb" ? marks : noPaint
}
