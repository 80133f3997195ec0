import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { spawn } from "node:child_process"
import type { ChildProcessWithoutNullStreams } from "node:child_process"
import { isCrowded, roomAgain } from "./patience.ts"

/** A long-lived helper process ended or could not be started while it was being asked. */
export class ConversationEnded extends Data.TaggedError("ConversationEnded")<{
  readonly program: string
  readonly stderr: string
  /** It said nothing for so many seconds that it was ended. */
  readonly silentSeconds?: number
}> {
  override get message() {
    if (this.silentSeconds !== undefined) return `${this.program} gave no answer for ${this.silentSeconds} s, and was ended`
    return `${this.program} ended: ${this.stderr.trim() || "without a word"}`
  }
}

export interface Partner {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Reads a reply off the front of what came so far; undefined while it is incomplete. */
export type ReadReply<A> = (bytes: Buffer) => { readonly used: number; readonly value: A } | undefined

interface Waiting {
  readonly feed: (bytes: Buffer) => number | undefined
  readonly fail: (stderr: string, silentSeconds: number | undefined) => void
}

interface Line {
  readonly child: ChildProcessWithoutNullStreams
  readonly waiting: Waiting[]
  /** Whether it keeps the program alive. */
  isHeld: boolean
  readonly isOver: () => boolean
  readonly stderr: () => string
}

/** How long a partner may owe an answer. Seconds are counted one by one: while osier stands still, nobody is late. */
const patienceSeconds = 120

/** How a conversation is led. */
export interface Manner {
  readonly alone?: boolean
  readonly onStart?: (pid: number) => void
  readonly patienceSeconds?: number
}

/**
 * One question, one reply, in order, to a process that is started at the first question, started anew after it ended, and
 * ended with the scope. Questions are pipelined unless `alone`. A partner that owes an answer for too long is ended: nobody
 * waits for one without an end.
 */
export const conversation = (partner: Partner, options: Manner = {}) =>
  Effect.gen(function* () {
    const turn = yield* Semaphore.make(1)
    let line: Line | undefined
    yield* Effect.addFinalizer(() => Effect.sync(() => line?.child.stdin.end()))

    const ask = <A>(question: string | Uint8Array, read: ReadReply<A>): Effect.Effect<A, ConversationEnded> => {
      const begin = Effect.suspend(() => {
        if (line !== undefined) return Effect.succeed(line)
        const child = start(partner)
        if (child.pid === undefined) return Effect.flip(refusal(child))
        line = open(child, () => (line = undefined), options)
        return Effect.succeed(line)
      }).pipe(
        Effect.retry({ schedule: roomAgain, while: isCrowded }),
        Effect.mapError((cause) => new ConversationEnded({ program: partner.argv.join(" "), stderr: cause.message })),
      )
      const exchange = (current: Line) =>
        Effect.callback<A, ConversationEnded>((resume) => {
          if (current.isOver())
            return resume(Effect.fail(new ConversationEnded({ program: partner.argv.join(" "), stderr: current.stderr() })))
          current.waiting.push({
            feed: (bytes) => {
              const reply = read(bytes)
              if (reply !== undefined) resume(Effect.succeed(reply.value))
              return reply?.used
            },
            fail: (stderr, silent) => {
              const why = { program: partner.argv.join(" "), stderr, ...(silent === undefined ? {} : { silentSeconds: silent }) }
              resume(Effect.fail(new ConversationEnded(why)))
            },
          })
          hold(current)
          current.child.stdin.write(question)
        })
      // A question that was sent must be heard to its end, or its reply would be taken for the next one's.
      const whole = Effect.flatMap(begin, (current) => Effect.uninterruptible(exchange(current)))
      return options.alone === true ? turn.withPermits(1)(whole) : whole
    }
    return { ask }
  })

/** How often a partner that was killed is asked again. */
const killsMax = 3

/** Asks again what changes nothing: a few times when the partner was killed, once when it gave no answer. */
export const askedAgain = <A>(asked: Effect.Effect<A, ConversationEnded>): Effect.Effect<A, ConversationEnded> =>
  Effect.suspend(() => {
    let left = killsMax
    return Effect.retry(asked, { while: ({ silentSeconds }) => (left -= silentSeconds === undefined ? 1 : killsMax) >= 0 })
  })

/** An idle helper must not keep the program alive; a busy one must. A pipe that is closed holds nothing, and would wait to be opened. */
const hold = (line: Line) => {
  const isBusy = line.waiting.length > 0
  if (line.isHeld === isBusy) return
  line.isHeld = isBusy
  const { child } = line
  for (const handle of [child, ...[child.stdout, child.stderr, child.stdin].filter(({ destroyed }) => !destroyed)]) {
    const method: unknown = Reflect.get(handle, isBusy ? "ref" : "unref")
    if (typeof method === "function") Reflect.apply(method, handle, [])
  }
}

const start = ({ argv: [program, ...args], cwd, env }: Partner) =>
  spawn(program, args, { cwd, env: { ...env }, detached: process.platform !== "win32", windowsHide: true })

/** Why a program was not started, which is told a moment later. */
const refusal = (child: ChildProcessWithoutNullStreams) =>
  Effect.callback<Error>((resume) => {
    child.once("error", (error) => resume(Effect.succeed(error)))
  })

const open = (
  child: ChildProcessWithoutNullStreams,
  onEnd: () => void,
  { onStart, patienceSeconds: patience = patienceSeconds }: Manner,
): Line => {
  if (child.pid !== undefined) onStart?.(child.pid)
  let pending: Buffer = Buffer.alloc(0)
  let said = ""
  let over = false
  const line: Line = { child, waiting: [], isHeld: true, isOver: () => over, stderr: () => said }
  let owed = 0
  let silent: number | undefined
  const watch = setInterval(() => {
    owed = line.waiting.length === 0 ? 0 : owed + 1
    if (owed < patience) return
    silent ??= owed
    // Told first, so that git takes its lock files with it.
    endGroup(child, owed < patience + 2 ? "SIGTERM" : "SIGKILL")
    // Whoever holds its pipes open all the same is not waited for.
    if (owed > patience + 4) end()
  }, 1_000).unref()
  child.stdout.on("data", (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    while (pending.length > 0) {
      const used = line.waiting[0]?.feed(pending)
      if (used === undefined) break
      line.waiting.shift()
      owed = 0
      pending = pending.subarray(used)
    }
    hold(line)
  })
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-8192)))
  const end = () => {
    if (over) return
    over = true
    clearInterval(watch)
    onEnd()
    for (const waiting of line.waiting.splice(0)) waiting.fail(said, silent)
  }
  child.stdin.on("error", () => undefined)
  child.once("error", (error) => {
    said = error.message
    end()
  })
  child.once("close", end)
  return line
}

/** Its whole group, unless that is gone already. */
const endGroup = (child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals) => {
  try {
    if (process.platform === "win32" || child.pid === undefined) child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // It ended by itself.
  }
}
