import { noPaint, type Paint, paintFor } from "../domain/colour.ts"

/** Where a verb prints: data to stdout, words about it to stderr. */
export interface Screen {
  /** Prints to stdout, with a line end unless the text has one. */
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Whether a person watches stdout, so that lines may be redrawn. */
  readonly live: boolean
  readonly width: () => number
  readonly height: () => number
  readonly paint: Paint
  readonly errPaint: Paint
  /** Whether questions can be asked. */
  readonly asks: boolean
}

const ended = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`)

/** The terminal, or the pipe or file in its place. A reader that went away (`osier ls | head -1`) is no error. */
export const terminal = (env: Readonly<Record<string, string | undefined>>): Screen => {
  const gone = (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error
  }
  process.stdout.on("error", gone)
  process.stderr.on("error", gone)
  const live = process.stdout.isTTY && env["TERM"] !== "dumb"
  return {
    out: (text) => void process.stdout.write(ended(text)),
    err: (text) => void process.stderr.write(ended(text)),
    live,
    width: () => process.stdout.columns || 80,
    height: () => process.stdout.rows || 24,
    paint: paintFor(process.stdout.isTTY, env),
    errPaint: paintFor(process.stderr.isTTY, env),
    asks: process.stdin.isTTY && live,
  }
}

/** Waits until all that was printed has reached the other side: the end of the process would cut it off. */
export const drained = (): Promise<void> =>
  new Promise((resolve) => {
    if (process.stdout.destroyed || process.stdout.writableLength === 0) return resolve()
    process.stdout.once("error", () => resolve())
    process.stdout.write("", () => resolve())
  })

/** Collects what is printed, for tests and for programs that embed a verb. */
export const memoryScreen = (): Screen & { readonly text: () => string; readonly errors: () => string } => {
  let text = ""
  let errors = ""
  return {
    out: (more) => void (text += ended(more)),
    err: (more) => void (errors += ended(more)),
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
