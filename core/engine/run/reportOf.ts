import { exitOf } from "../../domain/task/report.ts"
import type { Report, Stop } from "../../domain/task/report.ts"
import { blocked } from "../../domain/task/graph.ts"
import type { Task } from "../../domain/task/task.ts"
import type { Wait } from "../../domain/task/wait.ts"
import { waitsFor } from "../../domain/task/waitsFor.ts"

/** Sorts every task of a run by how it ended, with the reason and the next command of each that did not land. */
export const reportOf = (
  all: readonly Task[],
  mine: ReadonlySet<number>,
  waits: ReadonlyMap<number, Wait>,
  end: Pick<Report, "ms" | "interrupted" | "red">,
): Report => {
  const tasks = all.filter((task) => mine.has(task.id)).toSorted((a, b) => a.id - b.id)
  const dead = all.filter((task) => task.status === "failed" || task.status === "discarded").map((task) => task.id)
  const stuck = blocked(waitsFor(all), dead)
  const stop = (task: Task, reason: string, hint: string): Stop => ({ id: task.id, title: task.title, reason, hint })
  const landed = tasks
    .filter((task) => task.status === "merged")
    .map((task) => ({ id: task.id, title: task.title, commit: task.landed ?? "" }))
  const failed = tasks
    .filter((task) => task.status === "failed")
    .map((task) => {
      const last = task.attempts.at(-1)
      const kind = last === undefined || last.outcome === "ok" || last.outcome === "open" ? ("work" as const) : last.outcome
      const keep = task.attempts.findLast((one) => one.keep !== undefined)?.keep
      const branch = task.tip === undefined || task.branch === undefined ? {} : { branch: task.branch }
      const place = keep === undefined ? branch : { keep }
      return { ...stop(task, task.reason ?? "it failed", last?.hint ?? `osier show ${task.id}`), class: kind, ...place }
    })
  const open = tasks.filter((task) => !["merged", "failed", "discarded"].includes(task.status))
  const blockedBy = (task: Task) => stuck.get(task.id) ?? []
  const hindered = open.filter((task) => blockedBy(task).length > 0)
  const free = open.filter((task) => blockedBy(task).length === 0)
  const reviewed = free.filter((task) => task.status === "completed" && waits.get(task.id)?.review === true)
  const waiting = free.filter((task) => !reviewed.includes(task))
  const held = free.flatMap((task) => (waits.get(task.id)?.held === true ? [task.id] : []))
  const behindHeld = blocked(waitsFor(all), held)
  const waitOf = (task: Task): Stop => {
    const wait = waits.get(task.id)
    const by = behindHeld.get(task.id)?.[0]
    if (by !== undefined && wait === undefined)
      return { ...stop(task, `it waits for ${by}, which is held by another`, `osier show ${by}`), held: true }
    const hint = wait?.hint ?? (task.kind === undefined ? "osier run" : `osier show ${task.id}`)
    return { ...stop(task, wait?.reason ?? task.reason ?? `it is ${task.status}`, hint), ...(wait?.held === true ? { held: true } : {}) }
  }
  const sorted = {
    landed,
    completed: reviewed.map(waitOf),
    failed,
    blocked: hindered.map((task) => ({
      ...stop(
        task,
        `blocked by ${blockedBy(task).join(", ")}: ${statusOf(all, blockedBy(task)[0])}`,
        `osier retry ${blockedBy(task)[0] ?? task.id}`,
      ),
      by: blockedBy(task),
    })),
    waiting: waiting.map(waitOf),
    interrupted: end.interrupted,
    ...(end.red === undefined ? {} : { red: end.red }),
  }
  return { ...sorted, ms: end.ms, exit: exitOf(sorted) }
}

const statusOf = (all: readonly Task[], id: number | undefined): string => all.find((task) => task.id === id)?.status ?? "gone"
