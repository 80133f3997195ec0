import { constants } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { patiently } from "./patience.ts"
import { tail } from "./tail.ts"

/** How much of the beginning and of the end of what one program prints is kept. */
const sizes = { head: 4 * 1024 * 1024, tail: 1024 * 1024 }
/** What a program may add to the beginning of a log that earlier ones have filled. */
const leastHead = 64 * 1024
/** More than this is not held for a slow disk: the program has to wait. */
const waiting = 1024 * 1024
/** How often the end is brought up to date while the program goes on. */
const tailMs = 1000

interface Log {
  readonly path: string
  /** How much the beginning may hold. */
  readonly head: number
  readonly end: ReturnType<typeof tail>
  file: FileHandle | undefined
  broken: boolean
  /** Where the beginning ends in the file, and how much it may still take. */
  at: number
  room: number
  /** How many bytes came behind the beginning, and at how many of them the end was written last. */
  behind: number
  told: number
  queue: Buffer[]
  queued: number
  work: Promise<void>
  timer: NodeJS.Timeout | undefined
}

/**
 * A log of what one program prints, behind what the file holds already. However much that is, the file stays small: it keeps the
 * beginning and the end, and says what is left out between them. A log that can't be written ends nothing.
 */
export const boundedLog = (path: string, { head, tail: tailBytes } = sizes) => {
  const log: Log = {
    path,
    head,
    end: tail(tailBytes),
    file: undefined,
    broken: false,
    at: 0,
    room: 0,
    behind: 0,
    told: -1,
    queue: [],
    queued: 0,
    work: Promise.resolve(),
    timer: undefined,
  }
  return {
    /** False: the disk is behind, and the program should wait for `drained`. */
    add: (chunk: Buffer): boolean => {
      if (log.broken) return true
      log.queue.push(chunk)
      log.queued += chunk.length
      void next(log, drain)
      log.timer ??= setInterval(() => void next(log, writeTail), tailMs).unref()
      return log.queued < waiting
    },
    drained: () => next(log, drain),
    close: async () => {
      clearInterval(log.timer)
      await next(log, drain)
      await next(log, writeTail)
      await log.file?.close().catch(() => undefined)
    },
  }
}

/** One act after the other, and no failure is more than the end of this log. */
const next = (log: Log, act: (log: Log) => Promise<void>): Promise<void> => {
  log.work = log.work.then(async () => {
    if (log.broken) return
    try {
      await act(log)
    } catch {
      log.broken = true
      log.queue = []
      log.queued = 0
    }
  })
  return log.work
}

const drain = async (log: Log): Promise<void> => {
  const file = await ready(log)
  while (log.queue.length > 0) {
    const chunk = Buffer.concat(log.queue)
    log.queue = []
    const first = chunk.subarray(0, log.room)
    await put(file, first, log.at)
    log.at += first.length
    log.room -= first.length
    const rest = chunk.subarray(first.length)
    if (rest.length > 0) {
      log.end.add(rest)
      log.behind += rest.length
    }
    log.queued -= chunk.length
  }
}

const ready = async (log: Log): Promise<FileHandle> => {
  if (log.file !== undefined) return log.file
  const file = await patiently(() => open(log.path, constants.O_RDWR | constants.O_CREAT, 0o600))
  log.file = file
  log.at = (await file.stat()).size
  log.room = Math.max(leastHead, log.head - log.at)
  return file
}

const writeTail = async (log: Log): Promise<void> => {
  const { file, behind } = log
  if (file === undefined || behind === 0 || log.told === behind) return
  const bytes = log.end.bytes()
  const left = behind - bytes.length
  const note = left === 0 ? "" : `\n[osier left out ${left} bytes here]\n`
  log.told = behind
  const whole = Buffer.concat([Buffer.from(note), bytes])
  await put(file, whole, log.at)
  await file.truncate(log.at + whole.length)
}

const put = async (to: FileHandle, bytes: Uint8Array, from: number): Promise<void> => {
  for (let done = 0; done < bytes.length;) done += (await to.write(bytes, done, bytes.length - done, from + done)).bytesWritten
}
