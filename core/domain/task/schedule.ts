import { blocked, cycles, dependents, ordered, remaining } from "./graph.ts"
import type { Graph } from "./graph.ts"
import { overlap } from "./scope.ts"
import type { Kind, Priority } from "./task.ts"
import { type Awaited, waitsFor } from "./waitsFor.ts"

/** What the scheduler knows of a task; a `Task` and a `Summary` both are one. */
export interface Schedulable extends Awaited {
  readonly priority: Priority
  readonly scope: readonly string[]
  /** The branch it works on, or wants to; one branch is in one tree at a time. */
  readonly branch?: string
  /** Plans and explorations have verbs of their own; no run starts them. */
  readonly kind?: Kind
}

/** A task that does not start now, why, and whose end will change that. */
export interface Waiting {
  readonly id: number
  readonly why: "need" | "failed" | "missing" | "cycle" | "overlap" | "slot"
  readonly by: readonly number[]
  readonly reason: string
}

export interface Schedule {
  /** Start these now, in this order. */
  readonly start: readonly number[]
  readonly waiting: readonly Waiting[]
}

const ranks: Readonly<Record<Priority, number>> = { low: 0, normal: 1, high: 2, urgent: 3 }

const list = (ids: readonly number[]): string => ids.join(", ")

/**
 * Which pending tasks start now, and why each other one waits. Pure: asked again after every event, it needs no memory.
 *
 * A need is fulfilled when it is *merged*; there are no phases. Among the ready ones priority decides (a task is as urgent
 * as what waits for it), then the longest chain behind it, then age. `running` are the tasks whose scopes are taken,
 * those on their way through the train included; `slots` is how many more may run.
 */
export const next = (input: {
  readonly tasks: readonly Schedulable[]
  readonly running: Iterable<number>
  readonly slots: number
  readonly overlap: "sequence" | "allow"
}): Schedule => {
  const byId = new Map(input.tasks.map((task) => [task.id, task]))
  const running = new Set(input.running)
  const open = input.tasks.filter(({ status }) => status !== "merged" && status !== "discarded")
  const full = waitsFor(input.tasks)
  const graph = new Map(open.map(({ id }) => [id, full.get(id) ?? []]))
  const hopeless = input.tasks
    .filter(({ id, status }) => (status === "failed" || status === "discarded") && !running.has(id))
    .map(({ id }) => id)
  const stuck = blocked(full, hopeless)
  const circle = circles(graph)
  const chain = remaining(graph)
  const above = dependents(graph)
  const urgency = new Map<number, number>()
  for (const id of ordered(graph).toReversed()) {
    const own = ranks[byId.get(id)?.priority ?? "normal"]
    urgency.set(
      id,
      (above.get(id) ?? []).reduce((high, one) => Math.max(high, urgency.get(one) ?? 0), own),
    )
  }
  const waiting: Waiting[] = []
  const ready: Schedulable[] = []
  for (const task of open) {
    const { id, needs } = task
    if (task.status !== "pending" || task.kind !== undefined || running.has(id)) continue
    const missing = needs.filter((need) => !byId.has(need))
    const unmet = needs.filter((need) => byId.get(need)?.status !== "merged")
    const culprits = stuck.get(id)
    const loop = circle(id)
    if (missing.length > 0) waiting.push({ id, why: "missing", by: missing, reason: `needs ${list(missing)}, which does not exist` })
    else if (culprits) {
      const reason = culprits.map((culprit) => `${culprit}: ${byId.get(culprit)?.status ?? "failed"}`).join(", ")
      waiting.push({ id, why: "failed", by: culprits, reason: `blocked by ${reason}` })
    } else if (loop) waiting.push({ id, why: "cycle", by: unmet, reason: `waits for a cycle of needs: ${loop.join(" → ")}` })
    else if (unmet.length > 0) waiting.push({ id, why: "need", by: unmet, reason: `needs ${list(unmet)} merged` })
    else ready.push(task)
  }
  const rank = (of: ReadonlyMap<number, number>, { id }: Schedulable): number => of.get(id) ?? 0
  ready.sort((a, b) => rank(urgency, b) - rank(urgency, a) || rank(chain, b) - rank(chain, a) || a.id - b.id)
  const start: number[] = []
  const taken = [...running].flatMap((id) => byId.get(id) ?? [])
  for (const task of ready) {
    const { id } = task
    const other = input.overlap === "allow" ? undefined : taken.find(({ scope }) => overlap(task.scope, scope))
    const globs = other && overlap(task.scope, other.scope)
    const same = taken.find(({ branch }) => branch !== undefined && branch === task.branch)
    if (same) waiting.push({ id, why: "overlap", by: [same.id], reason: `waits for ${same.id}: both want branch ${task.branch ?? ""}` })
    else if (other && globs) {
      const where = globs[0] === globs[1] ? globs[0] : globs.join(" and ")
      waiting.push({ id, why: "overlap", by: [other.id], reason: `waits for ${other.id}: scopes overlap (${where})` })
    } else if (start.length >= input.slots) waiting.push({ id, why: "slot", by: [], reason: "waits for a free slot" })
    else {
      start.push(id)
      taken.push(task)
    }
  }
  return { start, waiting }
}

/** The cycle that a task is on, or waits for: no edit on one machine makes one, but two of different machines together can. */
const circles = (graph: Graph<number>): ((id: number) => readonly number[] | undefined) => {
  const found = ordered(graph).length === graph.size ? [] : cycles(graph)
  const behind = blocked(graph, found.flat())
  return (id) => found.find((one) => one.includes(id)) ?? found.find((one) => behind.get(id)?.some((other) => one.includes(other)))
}
