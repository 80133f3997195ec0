import { membersOf } from "./members.ts"

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended meanwhile.
  }
}

/**
 * Stops everything of one run as a machine that goes to sleep does: also what was started while the first were stopped. Answers
 * with what lets them all go on, in the order that is asked for.
 */
export const freeze = (root: number, clone: string): { readonly count: number; readonly thaw: (first: "root" | "children") => void } => {
  const stopped = new Set<number>()
  signal(root, "SIGSTOP")
  for (let more = true; more;) {
    more = false
    for (const pid of membersOf(root, clone)) {
      if (stopped.has(pid)) continue
      signal(pid, "SIGSTOP")
      stopped.add(pid)
      more = true
    }
  }
  return {
    count: stopped.size,
    thaw: (first) => {
      const order = first === "root" ? [...stopped] : [...stopped].toReversed()
      for (const pid of order) signal(pid, "SIGCONT")
    },
  }
}
