import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { branded } from "../../kit/brand.ts"
import { boundedLog } from "./boundedLog.ts"
import { ownClock } from "./ownClock.ts"
import { codeOf, isCrowded, roomAgain } from "./patience.ts"
import { tail } from "./tail.ts"

/** What to start. The environment is exactly `env`; nothing is inherited. */
export interface Command {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly input?: Uint8Array | string
  /** Milliseconds in which osier ran; past it the whole process group is ended and `timedOut` is set. */
  readonly timeoutMs?: number
  /** Both streams are appended to this file as they come: their beginning and their end, and how much is left out between them. */
  readonly log?: string
  /** Called with every piece of both streams. */
  readonly onOutput?: (chunk: Uint8Array) => void
  /** Bytes of each stream that are kept, the last ones; default 64 MiB. */
  readonly keepBytes?: number
  /** Told each piece of the standard output, none of which is kept then. */
  readonly onStdout?: (piece: Buffer) => void
  /** Called once, as soon as the process id is known. */
  readonly onStart?: (pid: number) => void
}

/** How a process ended. `code` is null when a signal ended it. */
export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly timedOut: boolean
  readonly stdout: Buffer
  readonly stderr: string
  readonly ms: number
}

/** The program could not be started at all: it is missing, not executable, or the folder is gone. */
export class CannotStart extends Data.TaggedError("CannotStart")<{
  readonly program: string
  readonly cwd: string
  readonly reason: string
  /** The system only had no room for one more at that moment. */
  readonly crowded?: boolean
}> {
  override get message() {
    return `cannot start ${this.program}: ${this.reason}`
  }
  get hint() {
    return `Check that ${this.program} is installed and on PATH, then try again.`
  }
  readonly exit = 3
}

/** Everything that starts a process of its own and waits for it. Agents are started by their adapters instead. */
export class Process extends Context.Service<Process, { readonly run: (command: Command) => Effect.Effect<Ended, CannotStart> }>()(
  "core/world/Process",
) {
  static readonly layer = Layer.succeed(Process, { run: (command) => run(command) })
}

const graceMs = 2000

/** What ends a process whose time is over. */
interface Limit {
  strike: () => void
}

/** A system without room for one more process or file has some again in a moment. */
const whenThereIsRoom = <A>(effect: Effect.Effect<A, CannotStart>): Effect.Effect<A, CannotStart> =>
  Effect.retry(effect, { schedule: roomAgain, while: ({ crowded }) => crowded === true })

const run = (command: Command): Effect.Effect<Ended, CannotStart> => {
  const { timeoutMs } = command
  if (timeoutMs === undefined) return whenThereIsRoom(start(command))
  const limit: Limit = { strike: () => undefined }
  const over = Effect.andThen(
    Effect.sync(() => limit.strike()),
    Effect.never,
  )
  return ownClock().within(timeoutMs, whenThereIsRoom(start(command, limit)), over)
}

const start = (command: Command, time?: Limit): Effect.Effect<Ended, CannotStart> =>
  Effect.callback<Ended, CannotStart>((resume) => {
    const [program] = command.argv
    const [file = program, ...args] = branded(command.argv, command.env, command.cwd)
    const started = performance.now()
    // Its own group and session: a Ctrl-C in the terminal reaches osier alone, which then decides what still has to finish.
    const cannot = (error: unknown) => {
      const reason = codeOf(error) === "ENOENT" ? "no such program or folder" : error instanceof Error ? error.message : String(error)
      return Effect.fail(new CannotStart({ program, cwd: command.cwd, reason, crowded: isCrowded(error) }))
    }
    let child: ChildProcess
    try {
      child = spawn(file, args, {
        cwd: command.cwd,
        env: { ...command.env },
        detached: process.platform !== "win32",
        windowsHide: true,
        stdio: [command.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      })
    } catch (error) {
      return resume(cannot(error))
    }
    if (child.pid !== undefined) command.onStart?.(child.pid)
    const limit = command.keepBytes ?? 64 * 1024 * 1024
    const out = tail(limit)
    const err = tail(Math.min(limit, 1024 * 1024))
    const log = command.log === undefined ? undefined : boundedLog(command.log)
    const hear = (keep: (chunk: Buffer) => void) => (chunk: Buffer) => {
      keep(chunk)
      command.onOutput?.(chunk)
      if (log === undefined || log.add(chunk)) return
      // The disk is slower than the program, which has to wait.
      for (const stream of [child.stdout, child.stderr]) stream?.pause()
      void log.drained().then(() => {
        for (const stream of [child.stdout, child.stderr]) stream?.resume()
      })
    }
    child.stdout?.on("data", hear(command.onStdout ?? out.add))
    child.stderr?.on("data", hear(err.add))
    // The child may close its input early; that is its right.
    child.stdin?.on("error", () => undefined)
    child.stdin?.end(command.input)
    let timedOut = false
    // What has ended by itself was in time, also when that was not heard yet.
    if (time !== undefined) time.strike = () => void (timedOut = endGroup(child))
    let settled = false
    const settle = (result: Effect.Effect<Ended, CannotStart>) => {
      if (settled) return
      settled = true
      if (log === undefined) resume(result)
      else void log.close().then(() => resume(result))
    }
    child.once("error", (error) => settle(cannot(error)))
    const finish = (code: number | null, signal: string | null) =>
      settle(
        Effect.succeed({ code, signal, timedOut, stdout: out.bytes(), stderr: err.bytes().toString(), ms: performance.now() - started }),
      )
    child.once("close", finish)
    // A grandchild that keeps the pipes open must not keep us waiting for ever once the child itself is gone.
    child.once("exit", (code, signal) => {
      setTimeout(() => finish(code, signal), graceMs).unref()
    })
    return Effect.callback<void>((done) => {
      if (settled) return done(Effect.void)
      child.once("exit", () => done(Effect.void))
      if (!endGroup(child)) done(Effect.void)
    })
  })

/** TERM to the whole group, KILL to what is left after the grace period. False when there is nothing to end. */
const endGroup = (child: ChildProcess): boolean => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return false
  const signal = (name: NodeJS.Signals) => {
    try {
      if (process.platform === "win32" || child.pid === undefined) child.kill(name)
      else process.kill(-child.pid, name)
    } catch {
      // Already gone.
    }
  }
  signal("SIGTERM")
  const timer = setTimeout(() => signal("SIGKILL"), graceMs)
  child.once("exit", () => clearTimeout(timer))
  return true
}
