import * as Effect from "effect/Effect"
import { stripVTControlCharacters } from "node:util"
import { lastPart } from "../../domain/task/judgement.ts"
import type { Verdict } from "../../domain/task/outcome.ts"
import type { Gate } from "../../domain/settings/settings.ts"
import { notFound } from "../../domain/git/notFound.ts"
import { Files } from "../../world/machine/files.ts"
import { Process } from "../../world/machine/process.ts"
import type { Ended } from "../../world/machine/process.ts"
import { markVariable, Reaper } from "../../world/machine/reaper.ts"
import type { Found } from "../../world/machine/reaper.ts"

/** One run of one gate. */
export interface GateRun {
  readonly verdict: Verdict
  readonly ms: number
  readonly code?: number
  /** Why it isn't a pass. */
  readonly reason?: string
  /** The end of what it printed. */
  readonly tail: string
  /** Processes it left behind, ended before the verdict was given; and those that would not end. */
  readonly found: readonly Found[]
  readonly left: readonly Found[]
}

const tailBytes = 32 * 1024

/**
 * Runs one gate in a checkout and says what it said. The verdict comes from the exit of our own child and from nothing else:
 * no file, no output. Whatever it started is gone before the verdict is given.
 */
export const runGate = Effect.fn("runGate")(function* (input: {
  readonly gate: Gate
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly traces: { readonly mark: string; readonly folder: string }
  readonly log: string
  readonly graceMs: number
  readonly onOutput?: ((chunk: Uint8Array) => void) | undefined
}) {
  const { gate, cwd, log } = input
  const processes = yield* Process
  const reaper = yield* Reaper
  const files = yield* Files
  const [program, ...args] = gate.run
  const nothing = { ms: 0, tail: "", found: [], left: [] }
  if (program === undefined || program === "") {
    return { ...nothing, verdict: "unrunnable", reason: "it names no program" } satisfies GateRun
  }
  // Made beforehand for its mode: what a gate prints is for its owner alone.
  yield* files.write(log, "", 0o600)
  const sweep = reaper.reap(input.traces, input.graceMs)
  const run = processes
    .run({
      argv: [program, ...args],
      cwd,
      env: { ...input.env, [markVariable]: input.traces.mark },
      timeoutMs: gate.timeoutMs,
      log,
      keepBytes: tailBytes,
      ...(input.onOutput === undefined ? {} : { onOutput: input.onOutput }),
    })
    .pipe(
      Effect.map((ended) => ({ ...saidBy(ended, gate.timeoutMs), ms: Math.round(ended.ms), tail: tailOf(ended) })),
      Effect.catchTag("CannotStart", (error) =>
        Effect.succeed({ verdict: "unrunnable" as const, reason: `${error.program} can't be started: ${error.reason}`, ms: 0, tail: "" }),
      ),
      Effect.onInterrupt(() => sweep),
    )
  const said: Omit<GateRun, "found" | "left"> = yield* run
  return { ...said, ...(yield* sweep) } satisfies GateRun
})

/** Signals that come from outside: a person, the system that runs out of memory. The others are a program's own fault. */
const outside = new Set(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"])

/** What an exit means. Past its time nothing else counts, not even an exit of 0 on being told to end. */
const saidBy = (ended: Ended, timeoutMs: number): { readonly verdict: Verdict; readonly code?: number; readonly reason?: string } => {
  const { code, signal, timedOut } = ended
  if (timedOut) return { verdict: "timeout", reason: `not done after ${timeoutMs} ms` }
  if (code === null) {
    const reason = `ended by ${signal ?? "a signal"}${signal === "SIGKILL" ? ", as happens when memory runs out" : ""}`
    return { verdict: outside.has(signal ?? "SIGKILL") ? "unrunnable" : "fail", reason }
  }
  if (code === 0) return { verdict: "pass", code }
  // A shell's words for "found, but can't be run", "not found" and "was killed": nothing was judged, or only a part.
  if (code === 127) return { verdict: "unrunnable", code, reason: `exit 127: ${notFound(tailOf(ended))}` }
  if (code === 126) return { verdict: "unrunnable", code, reason: "exit 126: a program of it can't be run" }
  if (code === 137) return { verdict: "unrunnable", code, reason: "exit 137: a program of it was killed, as happens when memory runs out" }
  return { verdict: "fail", code, reason: `exit ${code}` }
}

/** The last of both streams; errors last, because that is where one looks. */
const tailOf = (ended: Ended): string => {
  const streams = [ended.stdout.toString(), ended.stderr].map((text) => stripVTControlCharacters(text).trimEnd())
  const [said = "", complained = ""] = streams
  if (said === "" || complained === "") return lastPart(said || complained, tailBytes)
  return `${lastPart(said, tailBytes)}\n${lastPart(complained, tailBytes / 4)}`
}
