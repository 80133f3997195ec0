import { spawn } from "node:child_process"
import { join } from "node:path"
import type { Event } from "../../core/domain/event/event.ts"
import { readEventLine } from "../../core/domain/event/eventLine.ts"
import { environment } from "./place.ts"

const main = join(import.meta.dirname, "..", "..", "core", "main.ts")

/** A run of osier from source that is under way, in a process group of its own. */
export interface OsierRun {
  readonly name: string
  /** Everything it has told so far. */
  readonly events: readonly Event[]
  readonly ended: Promise<{ readonly code: number | null; readonly err: string }>
  /** Ends the whole group at once, as a power cut would. */
  readonly kill: () => void
}

/** Starts osier in a clone; with a host, in a process that believes to be on another machine. */
export const osierRun = (
  clone: string,
  args: readonly string[],
  more: { readonly name: string; readonly host?: string; readonly onEvent?: (event: Event) => void },
): OsierRun => {
  const osier = [process.execPath, main, ...args]
  const [program = "", ...words] =
    more.host === undefined ? osier : ["unshare", "-rUu", "sh", "-c", 'hostname "$0" && exec "$@"', more.host, ...osier]
  const child = spawn(program, words, { cwd: clone, env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] })
  const events: Event[] = []
  let [rest, err] = ["", ""]
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) {
      const read = readEventLine(line)
      if (read.type !== "event") continue
      events.push(read.event)
      more.onEvent?.(read.event)
    }
  })
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()))
  const ended = new Promise<{ readonly code: number | null; readonly err: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, err })),
  )
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, "SIGKILL")
  }
  process.once("exit", kill)
  child.once("close", () => process.off("exit", kill))
  return { name: more.name, events, ended, kill }
}
