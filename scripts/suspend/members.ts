import { readdirSync, readFileSync } from "node:fs"
import { straysOf } from "../attack/strays.ts"

/** The parent of every process, as the system tells it now. */
const parents = (): ReadonlyMap<number, number> => {
  const all = new Map<number, number>()
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1")
      all.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]))
    } catch {
      // It has ended meanwhile.
    }
  }
  return all
}

/**
 * Every process of one run: its descendants, and what stands in its clone or in its trees or names them, whoever its parent is.
 * Its git on the remote's side is among its descendants.
 */
export const membersOf = (root: number, clone: string): ReadonlySet<number> => {
  const over = parents()
  const found = new Set([root, ...straysOf(clone), ...straysOf(`${clone}.osier`)].map((one) => (typeof one === "number" ? one : one.pid)))
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const [pid, parent] of over) if (found.has(parent)) found.add(pid)
  }
  return found
}
