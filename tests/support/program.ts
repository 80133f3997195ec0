import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import type { Event } from "../../core/domain/event/event.ts"
import { readEventLine } from "../../core/domain/event/eventLine.ts"
import { osierBuilt, type Way } from "./runtimes.ts"

/** How a program ended. */
export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A program that was started; it is killed with the test at the latest. */
export interface Started {
  readonly ended: Promise<Ran>
  /** Resolves as soon as stdout matches; fails with all that was printed when the program ends without it. */
  readonly said: (text: RegExp) => Promise<void>
  readonly signal: (name: NodeJS.Signals) => void
}

/** Starts osier in a folder, one of the ways there are. */
export const startOsier = (way: Way, cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Started => {
  const [program = "", ...before] = way.command
  const child = spawn(program, [...before, ...args], { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] })
  onTestFinished(() => void child.kill("SIGKILL"))
  let [out, err] = ["", ""]
  const watchers = new Set<() => void>()
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString()
    for (const look of watchers) look()
  })
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()))
  const ended = new Promise<Ran>((resolve) => child.once("close", (code) => resolve({ code, out, err })))
  const said = (text: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!text.test(out)) return
        watchers.delete(look)
        resolve()
      }
      watchers.add(look)
      look()
      void ended.then(() => reject(new Error(`it ended without ${String(text)}:\n${out}\n${err}`)))
    })
  return { ended, said, signal: (name) => void child.kill(name) }
}

/** Runs osier to its end. */
export const osier = (cwd: string, ...args: readonly string[]): Promise<Ran> => startOsier(osierBuilt(), cwd, args).ended

/** The events in the journal of a repository's git folder, as far as they are written. */
export const eventsIn = (gitDir: string): readonly Event[] => {
  const file = join(gitDir, "osier/journal.jsonl")
  if (!existsSync(file)) return []
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      const read = readEventLine(line)
      return read.type === "event" ? [read.event] : []
    })
}
