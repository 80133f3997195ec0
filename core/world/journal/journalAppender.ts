import { constants } from "node:fs"
import { type FileHandle, mkdir, open, stat } from "node:fs/promises"
import { dirname } from "node:path"
import type { Event, EventBody } from "../../domain/event/event.ts"
import { placeEvent, readEventLine, writeEvent } from "../../domain/event/eventLine.ts"
import { patiently, unlessAbsent } from "../machine/patience.ts"

/** What a writer said and when, before it has a place. */
export interface Saying {
  readonly at: string
  readonly body: EventBody
}

/** What got a place; with a `failure` when not all did, or when it may not survive a power cut. */
export interface Appended {
  readonly events: readonly Event[]
  readonly failure?: unknown
}

const newline = 10
const stepBytes = 64 * 1024

/** Where the last whole line ends and which place it has, read backwards from the end. */
const readTail = async (file: FileHandle, size: number): Promise<{ end: number; seq: number }> => {
  if (size === 0) return { end: 0, seq: 0 }
  for (let length = Math.min(size, stepBytes); ; length = Math.min(size, length * 4)) {
    const tail = Buffer.alloc(length)
    await file.read(tail, 0, length, size - length)
    const last = tail.lastIndexOf(newline)
    // The first piece may be the end of a line that starts before the window, unless the window is the file.
    const lines = tail.subarray(0, Math.max(0, last)).toString("utf8").split("\n")
    const whole = length === size ? lines : lines.slice(1)
    const at = last < 0 ? -1 : whole.findLastIndex((text) => readEventLine(text).type !== "damaged")
    const line = readEventLine(whole[at] ?? "")
    // Damaged lines behind the last readable one keep their places.
    if (line.type !== "damaged") return { end: size - length + last + 1, seq: line.seq + (whole.length - 1 - at) }
    if (length === size) return { end: last + 1, seq: last < 0 ? 0 : lines.length }
  }
}

/** Appends to a journal's file. Every call must be made under the lock that all writers of the file share. */
export const journalAppender = (path: string, run: string, newJournal: () => string) => {
  let file: FileHandle | undefined
  /** The file as this process left it; another size means that others wrote, or died writing. */
  let left = { size: -1, seq: 0 }

  const close = async () => {
    const own = file
    file = undefined
    left = { size: -1, seq: 0 }
    await own?.close()
  }

  const opened = async (): Promise<{ file: FileHandle; size: number }> => {
    const there = await unlessAbsent(() => stat(path))
    if (file !== undefined) {
      const here = await file.stat()
      if (there !== undefined && there.ino === here.ino && there.dev === here.dev) return { file, size: here.size }
      await close()
    }
    await patiently(() => mkdir(dirname(path), { recursive: true }))
    file = await patiently(() => open(path, constants.O_RDWR | constants.O_CREAT, 0o600))
    return { file, size: (await file.stat()).size }
  }

  const append = async (sayings: readonly Saying[]): Promise<Appended> => {
    const { file, size } = await opened()
    if (size !== left.size) {
      const { end, seq } = await readTail(file, size)
      // Whoever wrote the torn line is dead, and no reader has seen it: the next line starts in its place.
      if (end < size) await file.truncate(end)
      left = { size: end, seq }
    }
    const first: Event[] =
      left.size === 0
        ? [placeEvent({ type: "JournalStarted", journal: newJournal() }, 1, sayings[0]?.at ?? new Date().toISOString(), run)]
        : []
    const events = sayings.map((it, index) => placeEvent(it.body, left.seq + first.length + index + 1, it.at, run))
    const bytes = Buffer.from([...first, ...events].map((event) => `${writeEvent(event)}\n`).join(""))
    let done = 0
    try {
      while (done < bytes.length) done += (await file.write(bytes, done, bytes.length - done, left.size + done)).bytesWritten
    } catch (failure) {
      // Readers may have seen the whole lines, so those stay; the torn one goes, or the next writer removes it.
      const end = done === 0 ? 0 : bytes.lastIndexOf(newline, done - 1) + 1
      const kept = bytes.subarray(0, end).filter((byte) => byte === newline).length
      await file.truncate(left.size + end).catch(() => undefined)
      left = { size: -1, seq: 0 }
      return { events: events.slice(0, Math.max(0, kept - first.length)), failure }
    }
    left = { size: left.size + bytes.length, seq: left.seq + first.length + events.length }
    try {
      await file.datasync()
    } catch (failure) {
      return { events, failure }
    }
    return { events }
  }

  return { append, close }
}
