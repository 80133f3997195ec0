import { isatty } from "node:tty"
import { coloured, noPaint, type Paint, paintFor } from "../domain/text/colour.ts"
import { cells, fitted, printable, printableJson } from "../domain/text/plainText.ts"
import { type Outlet, outlets } from "./outlet.ts"

/** Where a verb prints: data to stdout, words about it to stderr. Nothing that is printed steers the terminal. */
export interface Screen {
  /** Prints to stdout, with a line end unless the text has one. */
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** As `out`, but to a file or a program goes the text as it is. */
  readonly exact: (text: string) => void
  /** Lines that stand below all that is printed, until the next ones take their place; none takes them away. */
  readonly draw: (lines: readonly string[]) => void
  /** Whether a person watches stdout, so that lines may be redrawn. */
  readonly live: boolean
  /** In cells; what is no terminal has no end. */
  readonly width: () => number
  readonly height: () => number
  readonly paint: Paint
  readonly errPaint: Paint
  /** Whether questions can be asked. */
  readonly asks: boolean
}

const ended = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`)

/** What a screen draws on: two outputs, and how big the terminal is. */
export interface Canvas {
  readonly stdout: Outlet
  readonly stderr: Outlet
  readonly isTerminal: boolean
  readonly columns: () => number
  readonly rows: () => number
}

/** Prints as `terminal` does, on any canvas. With `json` what is printed is data, and stays the same data. */
export const printer = (
  { stdout, stderr, isTerminal, columns, rows }: Canvas,
  json: boolean,
): Pick<Screen, "out" | "err" | "exact" | "draw"> => {
  let drawn: readonly number[] = []
  // A terminal that became narrower since has broken the lines that were drawn.
  const wiping = (): string => {
    const lines = drawn.reduce((sum, one) => sum + Math.max(1, Math.ceil(one / columns())), 0)
    drawn = []
    return lines === 0 ? "" : `\u001b[${lines}A\u001b[0J`
  }
  const safe = json ? (text: string) => printableJson(ended(text)) : (text: string) => coloured(printable(ended(text)))
  return {
    out: (text) => stdout.write(wiping() + safe(text)),
    err: (text) => {
      const before = wiping()
      if (before !== "") stdout.write(before)
      stderr.write(safe(text))
    },
    exact: (text) => stdout.write(wiping() + (isTerminal ? safe(text) : ended(text))),
    draw: (lines) => {
      // The last row takes the cursor; a line that fills its row to the end would move it on some terminals.
      const fit = lines.slice(0, Math.max(1, rows() - 1)).map((line) => fitted(printable(line), columns() - 1))
      // In one write, so that nothing flickers.
      stdout.write(wiping() + fit.map((line) => `${coloured(line)}\n`).join(""))
      drawn = fit.map(cells)
    },
  }
}

/** Whether lines may be drawn over: only for a person at a terminal that can do it. Build machines say `CI`, and keep what is printed. */
export const redraws = (isTerminal: boolean, { TERM: term, CI: ci }: Readonly<Record<string, string | undefined>>): boolean =>
  isTerminal && term !== "dumb" && (ci === undefined || ci === "" || ci === "0" || ci === "false")

/** The terminal, or the pipe or file in its place. */
export const terminal = (env: Readonly<Record<string, string | undefined>>, json: boolean): Screen => {
  const live = redraws(process.stdout.isTTY, env)
  const columns = () => process.stdout.columns || 80
  const rows = () => process.stdout.rows || 24
  const { stdout, stderr } = outlets(process)
  return {
    ...printer({ stdout, stderr, isTerminal: process.stdout.isTTY, columns, rows }, json),
    live,
    width: () => (process.stdout.isTTY ? columns() : Infinity),
    height: rows,
    paint: paintFor(process.stdout.isTTY, env),
    errPaint: paintFor(process.stderr.isTTY, env),
    asks: isatty(0) && live,
  }
}

/** Waits until all that was printed has reached the other side: the end of the process would cut it off. */
export const drained = (): Promise<void> =>
  new Promise((resolve) => {
    if (process.stdout.destroyed || process.stdout.writableLength === 0) return resolve()
    process.stdout.once("error", () => resolve())
    process.stdout.once("close", () => resolve())
    process.stdout.write("", () => resolve())
  })

/** Collects what is printed, for tests and for programs that embed a verb. */
export const memoryScreen = (): Screen & { readonly text: () => string; readonly errors: () => string } => {
  let text = ""
  let errors = ""
  const out = (more: string) => void (text += ended(more))
  return {
    out,
    exact: out,
    err: (more) => void (errors += ended(more)),
    draw: () => undefined,
    live: false,
    width: () => 100,
    height: () => 24,
    paint: noPaint,
    errPaint: noPaint,
    asks: false,
    text: () => text,
    errors: () => errors,
  }
}
