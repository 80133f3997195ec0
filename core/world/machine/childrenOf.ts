import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import { fewAtATime, patiently } from "./patience.ts"

/** A process that another one started and that has not ended. */
export interface Child {
  readonly pid: number
  readonly command: string
  /** How long it is there, in milliseconds; undefined where the system does not tell. */
  readonly ms: number | undefined
}

/** What the system counts start times in: a hundredth of a second on every Linux that Node runs on. */
const tickMs = 10

const text = (path: string) => patiently(() => fs.readFile(path, "utf8")).catch(() => "")

/** The processes that this one started itself, oldest first; undefined where the system does not tell. */
export const childrenOf = (pid: number): Effect.Effect<readonly Child[] | undefined> =>
  Effect.promise(async () => {
    if (process.platform !== "linux") return undefined
    const names = (await patiently(() => fs.readdir("/proc")).catch(() => [])).filter((name) => /^\d+$/.test(name))
    const upMs = Number.parseFloat(await text("/proc/uptime")) * 1000
    const found = await fewAtATime(names, async (name): Promise<readonly Child[]> => {
      const stat = await text(`/proc/${name}/stat`)
      // The program's name is in parentheses and may hold spaces and parentheses itself: count from the last one.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      const [state, parent, started] = [fields[0], fields[1], fields[19]]
      if (parent !== String(pid) || state === "Z" || started === undefined) return []
      const words = (await text(`/proc/${name}/cmdline`)).split("\0").join(" ").trim()
      const ms = upMs - Number(started) * tickMs
      return [{ pid: Number(name), command: words || stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")), ms: Math.max(0, ms) }]
    })
    return found.flat().toSorted((a, b) => (b.ms ?? 0) - (a.ms ?? 0))
  })
