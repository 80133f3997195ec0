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

/**
 * A log of what one program prints, behind what the file holds already. However much that is, the file stays small: it keeps the
 * beginning and the end, and says what is left out between them. A log that can't be written ends nothing.
 */
export const boundedLog = (path: string, { head, tail: tailBytes } = sizes) => {
  const end = tail(tailBytes)
  let file: FileHandle | undefined
  let broken = false
  /** Where the beginning ends in the file, and how much it may still take. */
  let at = 0
  let room = 0
  let behind = 0
  let told = -1
  let queue: Buffer[] = []
  let queued = 0
  let work: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const ready = async (): Promise<FileHandle> => {
    if (file !== undefined) return file
    file = await patiently(() => open(path, constants.O_RDWR | constants.O_CREAT, 0o600))
    at = (await file.stat()).size
    room = Math.max(leastHead, head - at)
    return file
  }
  const put = async (to: FileHandle, bytes: Uint8Array, from: number) => {
    for (let done = 0; done < bytes.length;) done += (await to.write(bytes, done, bytes.length - done, from + done)).bytesWritten
  }
  const drain = async () => {
    const to = await ready()
    while (queue.length > 0) {
      const chunk = Buffer.concat(queue)
      queue = []
      const first = chunk.subarray(0, room)
      await put(to, first, at)
      at += first.length
      room -= first.length
      const rest = chunk.subarray(first.length)
      if (rest.length > 0) {
        end.add(rest)
        behind += rest.length
      }
      queued -= chunk.length
    }
  }
  const writeTail = async () => {
    if (file === undefined || behind === 0 || told === behind) return
    const bytes = end.bytes()
    const left = behind - bytes.length
    const note = left === 0 ? "" : `\n[osier left out ${left} bytes here]\n`
    told = behind
    const whole = Buffer.concat([Buffer.from(note), bytes])
    await put(file, whole, at)
    await file.truncate(at + whole.length)
  }
  /** One after the other, and no failure is more than the end of this log. */
  const next = (act: () => Promise<void>): Promise<void> => {
    const before = work ?? Promise.resolve()
    work = before.then(async () => {
      if (broken) return
      try {
        await act()
      } catch {
        broken = true
        queue = []
        queued = 0
      }
    })
    return work
  }

  return {
    /** False: the disk is behind, and the program should wait for `drained`. */
    add: (chunk: Buffer): boolean => {
      if (broken) return true
      queue.push(chunk)
      queued += chunk.length
      void next(drain)
      timer ??= setInterval(() => void next(writeTail), tailMs).unref()
      return queued < waiting
    },
    drained: () => next(drain),
    close: async () => {
      clearInterval(timer)
      await next(drain)
      await next(writeTail)
      await file?.close().catch(() => undefined)
    },
  }
}
