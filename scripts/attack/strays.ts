import { readdirSync, readFileSync, readlinkSync } from "node:fs"

/** One process that a run left behind. */
export interface Stray {
  readonly pid: number
  readonly command: string
}

const about = (
  pid: string,
): { readonly cwd: string; readonly environ: string; readonly command: string; readonly state: string } | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    return {
      cwd: readlinkSync(`/proc/${pid}/cwd`),
      environ: readFileSync(`/proc/${pid}/environ`, "latin1"),
      command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim(),
      state: stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3),
    }
  } catch {
    return undefined
  }
}

/** Living processes that stand in a folder, or whose environment or arguments name it; only where there is a `/proc`. */
export const straysOf = (folder: string): readonly Stray[] => {
  let pids: readonly string[] = []
  try {
    pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  } catch {
    return []
  }
  return pids.flatMap((pid) => {
    const seen = about(pid)
    if (seen === undefined || "ZX".includes(seen.state)) return []
    const ours = seen.cwd === folder || seen.cwd.startsWith(`${folder}/`) || seen.environ.includes(folder) || seen.command.includes(folder)
    return ours ? [{ pid: Number(pid), command: seen.command.slice(0, 100) }] : []
  })
}
