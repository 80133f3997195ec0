import { readFileSync } from "node:fs"

/** Whether a process is there and not only waiting for its parent to notice its end. */
export const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return false
  }
}
