import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { execFile } from "node:child_process"
import * as fs from "node:fs/promises"
import { sep } from "node:path"
import { promisify } from "node:util"
import { hasMark, isBranded, markVariable } from "../../kit/brand.ts"
import { codeOf, fewAtATime, patiently, unlessAbsent } from "./patience.ts"
import { processTable } from "./processTable.ts"

export { markVariable }

export interface Found {
  readonly pid: number
  readonly started: string
  readonly command: string
}

/**
 * Which processes belong to a piece of work: those that carry its mark or were born with its brand, and those that stand in its
 * folder without a terminal.
 */
export interface Traces {
  /** Every mark that starts with these words counts. */
  readonly mark?: string
  /** Of these only marks whose next word is a number no higher than this: the fence of an owner, and of those before it. */
  readonly upTo?: number
  readonly folder?: string
}

/** Finds and ends processes by what they carry, not by whose child they are: an agent's tools start sessions of their own. */
export class Reaper extends Context.Service<
  Reaper,
  {
    readonly find: (traces: Traces) => Effect.Effect<readonly Found[]>
    /** Processor time they all have used so far, in the system's ticks (mostly 100 a second); 0 where that can't be told. */
    readonly ticks: (traces: Traces) => Effect.Effect<number>
    /** TERM, then KILL after the grace period; answers with those that were there and those that would not go. */
    readonly reap: (traces: Traces, graceMs: number) => Effect.Effect<{ readonly found: readonly Found[]; readonly left: readonly Found[] }>
  }
>()("core/world/Reaper") {
  static readonly layer = Layer.sync(Reaper, () => {
    const find = (traces: Traces) =>
      Effect.tryPromise({ try: () => findAll(traces), catch: codeOf }).pipe(
        Effect.catch((code) =>
          Effect.as(Effect.logWarning(`the system's processes can't be looked at (${code}): some that a task started may go on`), []),
        ),
      )
    const reap = Effect.fnUntraced(function* (traces: Traces, graceMs: number) {
      const found = new Map<number, Found>()
      const until = performance.now() + graceMs
      for (let round = 0; ; round++) {
        const now = yield* find(traces)
        for (const each of now) found.set(each.pid, each)
        const late = performance.now() >= until
        if (now.length === 0 || (late && performance.now() > until + 2000)) return { found: [...found.values()], left: now }
        for (const each of now) yield* Effect.promise(() => signal(each, late ? "SIGKILL" : "SIGTERM"))
        yield* Effect.sleep(Math.min(20 * 2 ** round, 200))
      }
    })
    const ticks = (traces: Traces) =>
      Effect.tryPromise(async () => (process.platform === "linux" ? sumTicks(await byProc(traces)) : 0)).pipe(Effect.orElseSucceed(() => 0))
    return { find, reap, ticks }
  })
}

/** Only the very process that was seen: its number may have been given to another one meanwhile. */
const signal = async (found: Found, name: NodeJS.Signals) => {
  const now = await processTable.look(found.pid)
  if (typeof now !== "object" || now.started !== found.started) return
  try {
    process.kill(found.pid, name)
  } catch {
    // Gone between the look and the signal.
  }
}

const findAll = async (traces: Traces): Promise<readonly Found[]> => {
  const pids = process.platform === "linux" ? await byProc(traces) : process.platform === "win32" ? [] : await byPs(traces)
  const found = await fewAtATime(pids, async ({ pid, command }) => {
    const seen = await processTable.look(pid)
    return typeof seen === "object" ? { pid, started: seen.started, command } : undefined
  })
  return found.filter((each) => each !== undefined)
}

const byProc = async (traces: Traces) => {
  const names = (await patiently(() => fs.readdir("/proc"))).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  const seen = await fewAtATime(names, async (name) => {
    if (!(await belongs(name, traces))) return undefined
    const command = await ofProcess(() => fs.readFile(`/proc/${name}/cmdline`, "utf8"))
    return { pid: Number(name), command: command.split("\0").join(" ").trim().slice(0, 200) }
  })
  return seen.filter((each) => each !== undefined)
}

/** Its mark, its brand, or the folder in which it stands says whose a process is. */
const belongs = async (name: string, { mark, upTo, folder }: Traces): Promise<boolean> => {
  if (mark !== undefined) {
    const environment = await ofProcess(() => fs.readFile(`/proc/${name}/environ`, "latin1"))
    if (hasMark(`\0${environment}`.split(`\0${markVariable}=`)[1]?.split("\0", 1)[0], mark, upTo)) return true
    if (isBranded(await ofProcess(() => fs.readFile(`/proc/${name}/limits`, "latin1")), mark, upTo)) return true
  }
  const cwd = folder === undefined ? "" : await ofProcess(() => fs.readlink(`/proc/${name}/cwd`))
  return inside(cwd, folder) && !(await hasTerminal(name))
}

/** What the system tells of one process: nothing of one that is gone, or of what is somebody else's. */
const ofProcess = async (read: () => Promise<string>): Promise<string> => {
  try {
    return (await unlessAbsent(read)) ?? ""
  } catch (cause) {
    if (codeOf(cause) === "EACCES" || codeOf(cause) === "EPERM") return ""
    throw cause
  }
}

const sumTicks = async (processes: readonly { readonly pid: number }[]): Promise<number> => {
  const used = await fewAtATime(processes, async ({ pid }) =>
    (await statOf(String(pid))).slice(11, 15).reduce((sum, one) => sum + Number(one), 0),
  )
  return used.reduce((sum, one) => sum + one, 0)
}

/** The fields of `/proc/<pid>/stat` behind the name, which may hold anything. */
const statOf = async (pid: string): Promise<readonly string[]> => {
  const stat = await ofProcess(() => fs.readFile(`/proc/${pid}/stat`, "utf8"))
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")
}

/** A person's own shell may stand in a tree too; what has a terminal is theirs. */
const hasTerminal = async (pid: string): Promise<boolean> => (await statOf(pid))[4] !== "0"

const byPs = async (traces: Traces) => {
  const { mark, upTo } = traces
  if (mark === undefined) return []
  const { stdout } = await promisify(execFile)("ps", ["-axwwE", "-o", "pid=,command="], { maxBuffer: 64 * 1024 * 1024 })
  return stdout
    .split("\n")
    .filter((row) => hasMark(row.split(` ${markVariable}=`)[1]?.split(" ", 1)[0], mark, upTo))
    .map((row) => ({
      pid: Number.parseInt(row, 10),
      command:
        row
          .trim()
          .replace(/^\d+\s+/, "")
          .split(" OSIER_")[0]
          ?.slice(0, 200) ?? "",
    }))
    .filter((each) => each.pid !== process.pid)
}

const inside = (path: string, folder: string | undefined): boolean =>
  folder !== undefined && (path === folder || path.startsWith(folder + sep) || path === `${folder} (deleted)`)
