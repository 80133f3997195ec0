/** Marks a text for a terminal; without colour every mark leaves it as it is. */
export interface Paint {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly warn: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

const plain = (text: string): string => text
const mark = (on: number, off: number) => (text: string) => (text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`)

/** For files, pipes and programs. */
export const noPaint: Paint = { good: plain, bad: plain, warn: plain, dim: plain, bold: plain }

const ansi: Paint = { good: mark(32, 39), bad: mark(31, 39), warn: mark(33, 39), dim: mark(2, 22), bold: mark(1, 22) }

/** Colours only on a terminal that can show them, and never where `NO_COLOR` is set (no-color.org: to anything but nothing). */
export const paintFor = (terminal: boolean, env: Readonly<Record<string, string | undefined>>): Paint =>
  terminal && !env["NO_COLOR"] && env["TERM"] !== "dumb" ? ansi : noPaint
