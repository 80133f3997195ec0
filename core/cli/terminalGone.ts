import { readFileSync } from "node:fs"
import { isatty } from "node:tty"

/** Whether this process was started to go on without its terminal, as `nohup` starts it; only Linux tells. */
const deaf = (): boolean => {
  try {
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "0"
    return (Number.parseInt(ignored.slice(-1), 16) & 1) === 1
  } catch {
    return false
  }
}

const tries = 20
const everyMs = 100

/**
 * Tells whether the terminal that this process talks to is gone, once a SIGHUP says so. The signal alone says less: a shell
 * sends it to whatever it started when its window closes, to a run that writes into a file as well. Asked at the start, before
 * anybody listens for the signal; the answer waits a moment, since a shell may send the signal before its window is closed.
 */
export const terminalGone = (): (() => Promise<boolean>) => {
  const spokenTo = deaf() ? [] : [1, 2].filter((output) => isatty(output))
  return async () => {
    for (let left = tries; spokenTo.length > 0 && left > 0; left--) {
      if (!spokenTo.some((output) => isatty(output))) return true
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
    return false
  }
}
