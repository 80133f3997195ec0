import { type FileHandle, open, stat } from "node:fs/promises"
import { type EventLine, readEventLine } from "../../domain/event/eventLine.ts"
import { unlessAbsent } from "../machine/patience.ts"

/** Some lines of a journal in their order, damaged ones left out. */
export interface JournalBatch {
  /** The id of the journal they are from, "" if its first line is damaged. */
  readonly journal: string
  /** These are the first lines of another journal than the ones before: the file was deleted or replaced. */
  readonly restarted: boolean
  readonly lines: readonly { readonly seq: number; readonly text: string; readonly line: Exclude<EventLine, { type: "damaged" }> }[]
  /** Line numbers of what could not be read. */
  readonly damaged: readonly number[]
  /** The place up to which the journal has been read with this batch, damaged lines included. */
  readonly last: number
}

/** A place in a journal from which to read on. */
export interface JournalCursor {
  /** The next lines, `undefined` when there are none yet. */
  next(): Promise<JournalBatch | undefined>
  /** The journal and the last place seen in it; for a cursor opened at `Infinity` that is its end. */
  readonly position: { readonly journal: string; readonly seq: number }
  close(): Promise<void>
}

const newline = 10
const windowBytes = 256 * 1024

/** Reads from `offset` as far as whole lines go; longer lines than the window make it grow. Empty without a whole line. */
const wholeLines = async (file: FileHandle, offset: number): Promise<Buffer> => {
  for (let size = windowBytes; ; size *= 4) {
    const window = Buffer.allocUnsafe(size)
    let filled = 0
    while (filled < size) {
      const { bytesRead } = await file.read(window, filled, size - filled, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    const end = window.lastIndexOf(newline, filled - 1)
    if (filled > 0 && end >= 0) return window.subarray(0, end + 1)
    if (filled < size) return window.subarray(0, 0)
  }
}

/** Where a line starts at or after `offset`, by reading on to the next line end. */
const lineStart = async (file: FileHandle, offset: number): Promise<number> => {
  if (offset === 0) return 0
  const lines = await wholeLines(file, offset - 1)
  const end = lines.indexOf(newline)
  return end < 0 ? Infinity : offset + end
}

/** The first readable line at or after the one that starts at `offset`. */
const firstReadable = async (file: FileHandle, offset: number): Promise<{ seq: number; next: number } | undefined> => {
  for (let start = offset; ;) {
    const lines = await wholeLines(file, start)
    if (lines.length === 0) return undefined
    for (let from = 0; from < lines.length;) {
      const end = lines.indexOf(newline, from)
      const line = readEventLine(lines.toString("utf8", from, end))
      if (line.type !== "damaged") return { seq: line.seq, next: start + end + 1 }
      from = end + 1
    }
    start += lines.length
  }
}

/** The offset behind the last line whose place is at most `seq`; places only grow, so halving finds it in any size of file. */
const offsetBehind = async (file: FileHandle, seq: number): Promise<{ offset: number; seq: number }> => {
  let known = { offset: 0, seq: 0 }
  let high = (await file.stat()).size
  while (known.offset < high) {
    const middle = Math.floor((known.offset + high) / 2)
    const start = await lineStart(file, middle)
    const line = start < high ? await firstReadable(file, start) : undefined
    if (line !== undefined && line.seq <= seq && line.next > known.offset) known = { offset: line.next, seq: line.seq }
    else high = middle
  }
  return known
}

const journalOf = async (file: FileHandle): Promise<string> => {
  const lines = await wholeLines(file, 0)
  const first = readEventLine(lines.toString("utf8", 0, Math.max(0, lines.indexOf(newline))))
  return first.type === "event" && first.event.type === "JournalStarted" ? first.event.journal : ""
}

/** Where a cursor stands. */
interface Reading {
  readonly path: string
  /** The journal that the cursor was asked to go on in, if one was named. */
  readonly named: string | undefined
  file: FileHandle | undefined
  offset: number
  position: { readonly journal: string; readonly seq: number }
  /** Lines up to this place are passed over. */
  from: number
  restarted: boolean
}

/**
 * Opens a journal's file for reading behind `since`. The file need not exist yet, and may be replaced while it is read.
 * When it is another journal than the named one, `since` means nothing there: it is read from its start, as restarted.
 */
export const journalCursor = (path: string, since: number, named?: string): JournalCursor => {
  const reading: Reading = {
    path,
    named,
    file: undefined,
    offset: 0,
    position: { journal: "", seq: 0 },
    from: since,
    restarted: false,
  }
  // The read on its way: a caller that is interrupted leaves it behind, and it may be opening the file just then.
  let going: Promise<unknown> = Promise.resolve()
  return {
    next: () => {
      const batch = step(reading)
      going = batch.catch(() => undefined)
      return batch
    },
    close: async () => {
      await going
      await shut(reading)
    },
    get position() {
      return reading.position
    },
  }
}

const step = async (reading: Reading): Promise<JournalBatch | undefined> => {
  const file = reading.file ?? (await start(reading))
  if (file === undefined) return undefined
  const bytes = await wholeLines(file, reading.offset)
  if (bytes.length === 0) {
    if (!(await isReplaced(file, reading))) return undefined
    await shut(reading)
    restart(reading)
    return step(reading)
  }
  if (reading.position.journal === "" && reading.offset === 0) reading.position = { ...reading.position, journal: await journalOf(file) }
  reading.offset += bytes.length
  const { journal, seq } = reading.position
  const read = linesOf(bytes, seq, reading.from)
  const batch = { journal, restarted: reading.restarted, ...read }
  reading.position = { journal, seq: read.last }
  reading.restarted = false
  return batch
}

/** Opens the file behind the place that was asked for; undefined while there is none. */
const start = async (reading: Reading): Promise<FileHandle | undefined> => {
  const file = await unlessAbsent(() => open(reading.path, "r"))
  if (file === undefined) return undefined
  // Known at once, so that it is closed also when what follows fails.
  reading.file = file
  const journal = await journalOf(file)
  if (reading.named !== undefined && reading.named !== journal) restart(reading)
  const behind = reading.from > 0 ? await offsetBehind(file, reading.from) : { offset: 0, seq: 0 }
  reading.offset = behind.offset
  reading.position = { journal, seq: behind.seq }
  return file
}

const restart = (reading: Reading): void => {
  reading.from = 0
  reading.restarted = true
}

/** An open file keeps its inode number, so another number at the path is another journal. */
const isReplaced = async (own: FileHandle, { path, offset }: Reading): Promise<boolean> => {
  const [there, here] = [await unlessAbsent(() => stat(path)), await own.stat()]
  return here.size < offset || there === undefined || there.ino !== here.ino || there.dev !== here.dev
}

const shut = async (reading: Reading): Promise<void> => {
  const own = reading.file
  reading.file = undefined
  await own?.close()
}

/** The lines behind the place `seq`. A journal has no gaps, so a line's number is its place: the lines behind one with a place count on from there. */
const linesOf = (bytes: Buffer, seq: number, from: number): Pick<JournalBatch, "lines" | "damaged" | "last"> => {
  const lines: JournalBatch["lines"][number][] = []
  const damaged: number[] = []
  let number = seq
  for (const text of bytes.toString("utf8", 0, bytes.length - 1).split("\n")) {
    number++
    const line = readEventLine(text)
    if (line.type === "damaged") damaged.push(number)
    else {
      number = line.seq
      if (line.seq > from) lines.push({ seq: line.seq, text, line })
    }
  }
  return { lines, damaged, last: number }
}
