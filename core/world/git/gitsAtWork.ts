import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import { sep } from "node:path"
import { patiently } from "../machine/patience.ts"

/** A git that is at work. */
export interface GitAtWork {
  readonly pid: number
  readonly command: string
}

/** The gits of this machine that stand in or below one of these folders; undefined where the system does not tell. */
export const gitsAtWork = (folders: readonly string[]): Effect.Effect<readonly GitAtWork[] | undefined> =>
  Effect.promise(async () => {
    if (process.platform !== "linux") return undefined
    const found: GitAtWork[] = []
    for (const name of (await patiently(() => fs.readdir("/proc")).catch(() => [])).filter((each) => /^\d+$/.test(each))) {
      const said = await patiently(() => fs.readFile(`/proc/${name}/comm`, "utf8")).catch(() => "")
      if (!/^git\b/.test(said)) continue
      const cwd = await patiently(() => fs.readlink(`/proc/${name}/cwd`)).catch(() => "")
      if (!folders.some((folder) => cwd === folder || cwd.startsWith(folder + sep))) continue
      const words = await patiently(() => fs.readFile(`/proc/${name}/cmdline`, "utf8")).catch(() => "")
      found.push({ pid: Number(name), command: words.split("\0").join(" ").trim().slice(0, 100) })
    }
    return found
  })
