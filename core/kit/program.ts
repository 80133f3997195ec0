import { type ChildProcessByStdio, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import type { Readable, Writable } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import { branded } from "./brand.ts"
import { splitLines } from "./splitLines.ts"

/** How to start and how to stop one agent program. */
export interface ProgramOptions {
  readonly command: readonly string[]
  readonly cwd: string
  /** The whole environment of the program; nothing of the parent's is added. */
  readonly env: Readonly<Record<string, string>>
  /** Written to its stdin, which is then closed: several agents wait for ever on an open one. */
  readonly input?: string
  readonly stop: {
    readonly signal: "SIGINT" | "SIGTERM"
    /** `leader`: the program passes it on itself; `group`: it doesn't, so all of its group get it. */
    readonly to: "leader" | "group"
    /** How long it may take before the whole group is killed. */
    readonly graceMs?: number
  }
  readonly maxLine?: number
}

/** How a program ended. Exactly one of code, signal and error is set. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
  /** Why it could not be started: `ENOENT`, `EACCES`, or what the system said. */
  readonly error?: string
  /** The end of what it wrote to stderr. */
  readonly stderr: string
  /** The abort signal ended it. */
  readonly stopped: boolean
}

/** A running agent program. */
export interface Program {
  readonly pid: number | undefined
  /** Its stdout, split at LF; ends after the program did. Read it to the end before `exit`. */
  readonly lines: AsyncIterable<string>
  /** What it wrote last without ending the line, as a prompt for an answer; empty where there is nothing of the kind. */
  unfinished(): string
  /** How many bytes came from it so far, on either stream. */
  written(): number
  readonly exit: Promise<Exit>
  /** Stops it as the abort signal would; nothing to do once it has ended. */
  stop(): void
}

/** The line that a text and what follows it leave open, or the end of it. */
const openEnd = (before: string, chunk: Uint8Array): string => {
  const text = before + Buffer.from(chunk).subarray(-500).toString()
  return text.slice(text.lastIndexOf("\n") + 1).slice(-500)
}

const keptStderr = 16_384
const lingerMs = 1000

/** A process or its whole group; gone already is what was wanted. */
const signalTo = (pid: number, signal: NodeJS.Signals) => {
  try {
    process.kill(pid, signal)
  } catch {
    // ESRCH: it ended by itself
  }
}

const failure = (cause: unknown, cwd: string): string => {
  if (!existsSync(cwd)) return `no such folder: ${cwd}`
  if (cause instanceof Error && "code" in cause && typeof cause.code === "string") return cause.code
  return cause instanceof Error ? cause.message : String(cause)
}

async function* none(): AsyncGenerator<string> {}

const notStarted = (error: string | undefined, stopped: boolean): Program => ({
  pid: undefined,
  lines: none(),
  unfinished: () => "",
  written: () => 0,
  exit: Promise.resolve({
    code: null,
    signal: null,
    stderr: "",
    stopped,
    ...(error === undefined ? {} : { error }),
  }),
  stop: () => {},
})

/** The stream's chunks; one that is destroyed while being read ends instead of failing. */
async function* chunksOf(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk
  } catch {
    // cut on purpose, see `cutWhenQuiet`
  }
}

/**
 * A daemon that inherited stdout holds it open after the program is gone. Once it has, a stream on which everything was
 * read and nothing comes is cut; one that its reader is still working on is left alone.
 */
const cutWhenQuiet = (streams: readonly Readable[]) => {
  const look = () => {
    const open = streams.filter((stream) => !stream.readableEnded && !stream.destroyed)
    for (const stream of open) if (stream.readableLength === 0) stream.destroy()
    if (open.some((stream) => !stream.destroyed)) setTimeout(look, lingerMs).unref()
  }
  setTimeout(look, lingerMs).unref()
}

const tailOf = (stream: Readable) => {
  let kept = Buffer.alloc(0)
  stream.on("data", (chunk: Uint8Array) => {
    kept = Buffer.concat([kept, chunk])
    if (kept.length > 2 * keptStderr) kept = kept.subarray(kept.length - keptStderr)
  })
  stream.on("error", () => {})
  const closed = new Promise<void>((done) => stream.once("close", () => done()))
  return {
    closed,
    text: () => kept.subarray(Math.max(0, kept.length - keptStderr)).toString("utf8"),
  }
}

/**
 * Starts an agent program as a process group of its own. When `signal` aborts it gets its own stop signal, and after the
 * grace the group is killed; what is left in the group when the program has ended is killed in any case.
 */
export const startProgram = (options: ProgramOptions, signal: AbortSignal): Program => {
  const first = startOnce(options, signal)
  return first.pid === undefined ? whenThereIsRoom(first, options, signal) : first
}

/** What a system says that has no room for one more process or file at the moment. */
const crowded = new Set(["EMFILE", "ENFILE", "EAGAIN", "ENOMEM"])
const crowdedMs = 15_000

/** Starts it again for as long as the system only says that it has no room. */
const whenThereIsRoom = (first: Program, options: ProgramOptions, signal: AbortSignal): Program => {
  let latest = first
  const started = (async () => {
    const until = performance.now() + crowdedMs
    for (let pause = 5; latest.pid === undefined && performance.now() < until; pause = Math.min(pause * 2, 250)) {
      if (!crowded.has((await latest.exit).error ?? "")) break
      await sleep(pause * (0.5 + Math.random()))
      latest = startOnce(options, signal)
    }
    return latest
  })()
  const lines = async function* () {
    yield* (await started).lines
  }
  return {
    get pid() {
      return latest.pid
    },
    lines: lines(),
    unfinished: () => latest.unfinished(),
    written: () => latest.written(),
    exit: started.then((program) => program.exit),
    stop: () => latest.stop(),
  }
}

/** What a program writes on stdout, how much it wrote on both, and what stands there without the end of its line. */
const listenTo = (child: ChildProcessByStdio<Writable, Readable, Readable>) => {
  const open = { stdout: "", stderr: "" }
  let written = 0
  child.stderr.on("data", (chunk: Buffer) => {
    written += chunk.length
    open.stderr = openEnd(open.stderr, chunk)
  })
  const chunks = async function* () {
    for await (const chunk of chunksOf(child.stdout)) {
      written += chunk.length
      open.stdout = openEnd(open.stdout, chunk)
      yield chunk
    }
  }
  return { chunks: chunks(), unfinished: () => open.stdout || open.stderr, written: () => written }
}

const startOnce = (options: ProgramOptions, signal: AbortSignal): Program => {
  const [file, ...args] = branded(options.command, options.env, options.cwd)
  if (file === undefined || file === "") return notStarted("the command is empty", false)
  if (signal.aborted) return notStarted(undefined, true)
  let child: ChildProcessByStdio<Writable, Readable, Readable>
  try {
    const env = { ...options.env }
    child = spawn(file, args, {
      cwd: options.cwd,
      env,
      stdio: ["pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
    })
  } catch (cause) {
    return notStarted(failure(cause, options.cwd), false)
  }
  const { pid } = child
  if (pid === undefined) {
    const told = new Promise<string>((done) => child.once("error", (cause) => done(failure(cause, options.cwd))))
    return {
      ...notStarted(undefined, false),
      exit: told.then((error) => ({ code: null, signal: null, error, stderr: "", stopped: false })),
    }
  }
  const group = process.platform !== "win32" ? -pid : undefined
  const stderr = tailOf(child.stderr)
  child.stdin.on("error", () => {}) // EPIPE: a program need not read its prompt
  child.stdin.end(options.input ?? "")

  let over = false
  let stopped = false
  let grace: NodeJS.Timeout | undefined
  const stop = () => {
    if (over || stopped) return
    stopped = true
    signalTo(options.stop.to === "group" ? (group ?? pid) : pid, options.stop.signal)
    grace = setTimeout(() => signalTo(group ?? pid, "SIGKILL"), options.stop.graceMs ?? 5000)
  }
  signal.addEventListener("abort", stop, { once: true })

  const ended = new Promise<Omit<Exit, "stderr" | "stopped">>((done) => {
    child.once("error", (cause) => done({ code: null, signal: null, error: failure(cause, options.cwd) }))
    child.once("exit", (code, by) => done({ code, signal: by }))
  })
  const exit = ended.then(async (how) => {
    over = true
    signal.removeEventListener("abort", stop)
    clearTimeout(grace)
    if (group !== undefined && how.error === undefined) signalTo(group, "SIGKILL")
    if (how.error !== undefined) for (const stream of [child.stdout, child.stderr]) stream.destroy()
    else cutWhenQuiet([child.stdout, child.stderr])
    await stderr.closed
    return { ...how, stderr: stderr.text(), stopped }
  })
  const heard = listenTo(child)
  return {
    pid,
    lines: splitLines(heard.chunks, options.maxLine ?? 8_388_608),
    unfinished: heard.unfinished,
    written: heard.written,
    exit,
    stop,
  }
}
