import type { Declared } from "../domain/plan/planDraft.ts"
import { count, plainLine } from "../domain/text/plainText.ts"
import { next } from "../domain/task/schedule.ts"
import type { Schedulable } from "../domain/task/schedule.ts"
import { overlapReport } from "../domain/task/scope.ts"
import type { Gate } from "../domain/settings/settings.ts"
import type { Status } from "../domain/task/task.ts"
import type { Summary } from "../domain/task/trailers.ts"

/** A task of a dry run: what the scheduler needs, and how a person knows it. */
export interface Rehearsed extends Schedulable {
  readonly name: string
  readonly title: string
  readonly agent: string
  /** Whether it can be built and tested alone, as its plan says. */
  readonly independence?: string
  /** Nothing is left to do for it. */
  readonly done?: Status
}

/** What would run when; ids are made up where there are none yet. */
export interface Rehearsal {
  readonly target: string
  readonly gates: readonly string[]
  readonly concurrency: number
  readonly waves: readonly (readonly Rehearsed[])[]
  readonly stuck: readonly { readonly task: Rehearsed; readonly reason: string }[]
  /** Tasks of the plan that an earlier run has done. */
  readonly done: readonly { readonly id: number; readonly name: string; readonly status: Status }[]
  readonly overlaps: readonly { readonly a: string; readonly b: string; readonly globs: readonly [string, string] }[]
}

/** States of which nothing is left to do for a plan that is given again. */
const isDone = (status: Status): boolean => status === "merged" || status === "completed"

/**
 * Declared tasks as the scheduler would see them: those that a plan made before under their own numbers, the rest behind
 * all that exist. What failed would be tried again.
 */
export const asScheduled = (
  tasks: readonly Declared[],
  agent: string,
  stored: readonly Summary[],
  again: "resume" | "new",
): readonly Rehearsed[] => {
  const made = new Map(
    again === "new" ? [] : stored.flatMap((one) => (one.source === undefined || one.status === "discarded" ? [] : [[one.source, one]])),
  )
  const before = ({ source, key }: Declared) => (source.file === undefined ? undefined : made.get(`${source.file}#${key}`))
  let last = Math.max(0, ...stored.map(({ id }) => id))
  const idOf = new Map(tasks.map((one) => [one.key, before(one)?.id ?? ++last]))
  return tasks.map((one): Rehearsed => {
    const status = before(one)?.status ?? "pending"
    return {
      id: idOf.get(one.key) ?? 0,
      name: one.key,
      title: one.title,
      agent: one.agent ?? agent,
      ...(isDone(status) ? { status: "merged", done: status } : { status: "pending" }),
      needs: [...one.needs.flatMap((key) => idOf.get(key) ?? []), ...one.needsTasks],
      priority: one.priority,
      scope: one.scope,
      ...(one.branch === undefined ? {} : { branch: one.branch }),
      ...(one.independence === undefined ? {} : { independence: one.independence }),
    }
  })
}

/** Stored tasks in the same form; what was running or failed would be taken up again. */
export const asStored = (tasks: readonly Summary[], agent: string): readonly Rehearsed[] =>
  tasks.map((one) => ({ ...one, name: `#${one.id}`, agent: one.agent ?? agent, status: one.status === "running" ? "pending" : one.status }))

/** Plays the schedule as if every task took the same time and passed. Runs need no waves; they only show the order. */
export const rehearse = (
  tasks: readonly Rehearsed[],
  stored: readonly Rehearsed[],
  terms: { readonly target: string; readonly gates: readonly Gate[]; readonly concurrency: number; readonly allowOverlap: boolean },
): Rehearsal => {
  let all: readonly Rehearsed[] = [...stored.filter(({ id }) => !tasks.some((one) => one.id === id)), ...tasks]
  const mine = new Set(tasks.map(({ id }) => id))
  const waves: (readonly Rehearsed[])[] = []
  for (;;) {
    // What is in the store beside them is not started with them, and takes no slot.
    const known = all.map((task): Rehearsed => (mine.has(task.id) || task.status !== "pending" ? task : { ...task, status: "completed" }))
    const plan = next({ tasks: known, running: [], slots: terms.concurrency, overlap: terms.allowOverlap ? "allow" : "sequence" })
    const start = new Set(plan.start.filter((id) => mine.has(id)))
    if (start.size === 0) {
      const stuck = plan.waiting.flatMap(({ id, reason }) => {
        const task = tasks.find((one) => one.id === id)
        return task === undefined ? [] : [{ task, reason }]
      })
      const pairs = overlapReport(tasks.filter(({ done }) => done === undefined).map(({ name, scope }) => ({ key: name, scope })))
      return {
        target: terms.target,
        gates: terms.gates.map(({ name }) => name),
        concurrency: terms.concurrency,
        waves,
        stuck,
        done: tasks.flatMap(({ id, name, done }) => (done === undefined ? [] : [{ id, name, status: done }])),
        overlaps: pairs,
      }
    }
    waves.push(plan.start.flatMap((id) => tasks.filter((task) => task.id === id)))
    all = all.map((task) => (start.has(task.id) ? { ...task, status: "merged" } : task))
  }
}

/** The rehearsal for a person. */
export const rehearsalText = ({ target, gates, concurrency, waves, stuck, done, overlaps }: Rehearsal): string => {
  const total = waves.reduce((sum, wave) => sum + wave.length, 0)
  const lines = [`${count(total, "task")} would run on ${target}, up to ${concurrency} at a time.`, ""]
  const nameOf = new Map(waves.flat().map(({ id, name }) => [id, name]))
  for (const [at, wave] of waves.entries()) {
    lines.push(`${at === 0 ? "first" : "then"}:`)
    for (const { name, title, agent, needs, independence } of wave) {
      const facts = [
        agent || "no agent",
        ...(needs.length === 0 ? [] : [`needs ${needs.map((need) => nameOf.get(need) ?? `#${need}`).join(", ")}`]),
        ...(independence === undefined ? [] : [`alone: ${plainLine(independence)}`]),
      ]
      lines.push(`  ${name}  ${plainLine(title)}  (${facts.join(", ")})`)
    }
  }
  if (stuck.length > 0)
    lines.push("", "would not run:", ...stuck.map(({ task, reason }) => `  ${task.name}  ${plainLine(task.title)}: ${reason}`))
  if (done.length > 0) lines.push("", "done already:", ...done.map(({ id, name, status }) => `  ${name}  #${id}, ${status}`))
  lines.push("", "overlapping scopes, run one after the other:")
  if (overlaps.length === 0) lines.push("  none")
  for (const { a, b, globs } of overlaps) lines.push(`  ${a} and ${b}: ${globs[0] === globs[1] ? globs[0] : globs.join(" and ")}`)
  const judged = gates.length === 0 ? "nothing: ungated, so work would wait for `osier land`" : gates.join(", ")
  lines.push("", `judged by: ${judged}`, "", "Nothing was made. The same command without --dry-run starts it.")
  return lines.join("\n")
}
