import { execFile } from "node:child_process"
import { readFile, readlink } from "node:fs/promises"
import { promisify } from "node:util"
import { unlessAbsent } from "./patience.ts"

const run = promisify(execFile)

/** What the system's process table says of a number: its start time, `undefined` when there is no such process, or not knowable. */
export type Sighting = { readonly started: string } | undefined | "hidden"

interface ProcessTable {
  boot(): Promise<string>
  look(pid: number): Promise<Sighting>
}

/** Signal 0 only asks. A refusal still proves that the number is taken. */
const isTaken = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return !(cause instanceof Error && "code" in cause && cause.code === "ESRCH")
  }
}

const output = async (program: string, args: readonly string[]): Promise<string | undefined> => {
  try {
    // `lstart` is local time in local words; a fixed zone and language make it comparable between processes.
    const { stdout } = await run(program, [...args], {
      env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
      windowsHide: true,
    })
    return stdout.trim()
  } catch {
    return undefined
  }
}

const linux: ProcessTable = {
  async boot() {
    const id = await readFile("/proc/sys/kernel/random/boot_id", "utf8")
    // Containers share the kernel but not the numbers: the namespace keeps their processes apart.
    const space = await readlink("/proc/self/ns/pid").catch(() => "")
    return `${id.trim()}/${space.replace(/\D/g, "")}`
  },
  async look(pid) {
    const stat = await unlessAbsent(() => readFile(`/proc/${pid}/stat`, "utf8")).catch(() => "")
    // With `hidepid` the folder of another user's process is invisible although the process lives.
    if (stat === undefined) return isTaken(pid) ? "hidden" : undefined
    // The program's name is in parentheses and may hold spaces and parentheses itself: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    const [state, started] = [fields[0], fields[19]]
    if (state === "Z" || state === "X") return undefined
    return started === undefined ? "hidden" : { started }
  },
}

const unix: ProcessTable = {
  async boot() {
    const text = await output("sysctl", ["-n", "kern.boottime"])
    return text === undefined ? "" : (/sec = (\d+)/.exec(text)?.[1] ?? text)
  },
  async look(pid) {
    const text = await output("ps", ["-o", "stat=,lstart=", "-p", String(pid)])
    if (text === undefined || text === "") return isTaken(pid) ? "hidden" : undefined
    const [state = "", ...started] = text.split(/\s+/)
    return state.startsWith("Z") ? undefined : { started: started.join(" ") }
  },
}

const powershell = (script: string) => output("powershell.exe", ["-NoProfile", "-NonInteractive", "-Command", script])

const windows: ProcessTable = {
  async boot() {
    return (await powershell("(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToFileTimeUtc()")) ?? ""
  },
  async look(pid) {
    if (!isTaken(pid)) return undefined
    const started = await powershell(`(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`)
    return started === undefined || started === "" ? "hidden" : { started }
  },
}

/** The process table of the system we run on. A zombie is not in it: it will never do anything again. */
export const processTable: ProcessTable = process.platform === "linux" ? linux : process.platform === "win32" ? windows : unix
