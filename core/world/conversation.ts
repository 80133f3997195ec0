import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { spawn } from "node:child_process"
import type { ChildProcessWithoutNullStreams } from "node:child_process"

/** A long-lived helper process ended or could not be started while it was being asked. */
export class ConversationEnded extends Data.TaggedError("ConversationEnded")<{ readonly program: string; readonly stderr: string }> {
  override get message() {
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
  readonly fail: (stderr: string) => void
}

interface Line {
  readonly child: ChildProcessWithoutNullStreams
  readonly waiting: Waiting[]
  readonly stderr: () => string
}

/**
 * One question, one reply, in order, to a process that is started at the first question, started anew after it ended, and
 * ended with the scope. Questions are pipelined unless `alone`.
 */
export const conversation = (partner: Partner, options: { readonly alone?: boolean; readonly onStart?: (pid: number) => void } = {}) =>
  Effect.gen(function* () {
    const turn = yield* Semaphore.make(1)
    let line: Line | undefined
    yield* Effect.addFinalizer(() => Effect.sync(() => line?.child.stdin.end()))

    const ask = <A>(question: string | Uint8Array, read: ReadReply<A>): Effect.Effect<A, ConversationEnded> => {
      const exchange = Effect.callback<A, ConversationEnded>((resume) => {
        line ??= open(partner, () => (line = undefined), options.onStart)
        const current = line
        current.waiting.push({
          feed: (bytes) => {
            const reply = read(bytes)
            if (reply !== undefined) resume(Effect.succeed(reply.value))
            return reply?.used
          },
          fail: (stderr) => resume(Effect.fail(new ConversationEnded({ program: partner.argv.join(" "), stderr }))),
        })
        hold(current)
        current.child.stdin.write(question)
      })
      // A question that was sent must be heard to its end, or its reply would be taken for the next one's.
      return options.alone === true ? turn.withPermits(1)(Effect.uninterruptible(exchange)) : Effect.uninterruptible(exchange)
    }
    return { ask }
  })

/** An idle helper must not keep the program alive; a busy one must. */
const hold = (line: Line) => {
  for (const handle of [line.child, line.child.stdout, line.child.stderr, line.child.stdin]) {
    const method: unknown = Reflect.get(handle, line.waiting.length > 0 ? "ref" : "unref")
    if (typeof method === "function") Reflect.apply(method, handle, [])
  }
}

const open = (partner: Partner, onEnd: () => void, onStart?: (pid: number) => void): Line => {
  const [program, ...args] = partner.argv
  const child = spawn(program, args, {
    cwd: partner.cwd,
    env: { ...partner.env },
    detached: process.platform !== "win32",
    windowsHide: true,
  })
  if (child.pid !== undefined) onStart?.(child.pid)
  let pending: Buffer = Buffer.alloc(0)
  let said = ""
  const line: Line = { child, waiting: [], stderr: () => said }
  child.stdout.on("data", (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    while (pending.length > 0) {
      const used = line.waiting[0]?.feed(pending)
      if (used === undefined) break
      line.waiting.shift()
      pending = pending.subarray(used)
    }
    hold(line)
  })
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-8192)))
  let over = false
  const end = () => {
    if (over) return
    over = true
    onEnd()
    for (const waiting of line.waiting.splice(0)) waiting.fail(said)
  }
  child.stdin.on("error", () => undefined)
  child.once("error", (error) => {
    said = error.message
    end()
  })
  child.once("close", end)
  return line
}
