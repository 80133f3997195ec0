import { plainLine, span } from "../text/plainText.ts"
import { phaseName } from "./runScreen.ts"
import type { Phase, RunView } from "./runView.ts"

/** What is known of a run at a moment. */
export interface Standing {
  readonly run: string
  readonly pid: number
  readonly view: RunView
  /** Milliseconds since the epoch. */
  readonly now: number
  /** What it started and what has not ended; undefined where the system does not tell. */
  readonly children: readonly { readonly pid: number; readonly command: string; readonly ms: number | undefined }[] | undefined
  /** Locks that are held, by it and by others. */
  readonly locks: readonly { readonly name: string; readonly own: boolean; readonly holder: string; readonly silentMs: number }[]
}

/** One thing that a run waits for, or works on. */
export interface StandingLine {
  readonly name: string
  readonly found: string
  /** It takes longer than it ever should. */
  readonly late: boolean
}

/** No short call of git's takes this long; agents and gates are waited for under limits of their own. */
const lateMs = 5 * 60_000
/** Longer than an owner that works goes without a sign of life. */
const silentMs = 30_000

const over: readonly Phase[] = ["merged", "failed", "blocked", "discarded"]

/** What a run waits for: each task with its stage and since when, its processes, and locks. */
export const standingLines = ({ run, view, now, children, locks, pid }: Standing): readonly StandingLine[] => {
  const since = (at: string) => (Number.isFinite(Date.parse(at)) ? ` for ${span(now - Date.parse(at))}` : "")
  const open = [...view.tasks.values()].filter(({ phase }) => !over.includes(phase))
  const rest = view.tasks.size - open.length
  const working = open.filter(({ phase }) => phase === "working" || phase === "preparing").length
  const head = [
    `process ${pid}${view.started === "" ? "" : since(view.started)}`,
    ...(view.target === "" ? [] : [`onto ${view.target}`, `${working} of ${view.concurrency} slots taken`]),
    ...(rest === 0 ? [] : [`${rest} over`]),
    ...(view.draining === undefined ? [] : [`draining: ${view.draining}`]),
  ]
  const tasks = open.map((task): StandingLine => {
    const lock = locks.find(({ name, own }) => name === `task/${task.id}` && !own)
    const held = lock === undefined ? "" : `; its lock is held by ${lock.holder}, last sign of life ${span(lock.silentMs)} ago`
    const words = task.words === "" ? "" : `: ${task.words}`
    return { name: `task ${task.id}`, found: `${phaseName(task.phase)}${since(task.since)}${words}${held}`, late: false }
  })
  const processes = (children ?? []).map(({ pid: child, command, ms }): StandingLine => {
    const stays = /\bgit\b.* --(?:stdin|batch)/.test(command)
    const age = ms === undefined ? "" : `${stays ? ", there" : ""} for ${span(ms)}`
    const late = !stays && /^(?:\S*\/)?git /.test(command) && (ms ?? 0) > lateMs
    return { name: `process ${child}`, found: `${shortened(command)}${age}`, late }
  })
  const target = locks.filter(({ name, own }) => own || name.startsWith("target/"))
  const held = target.map(({ name, own, holder, silentMs: silent }): StandingLine => ({
    name: `lock ${name}`,
    found: `held by ${own ? "this run" : holder}, last sign of life ${span(Math.max(0, silent))} ago`,
    late: own && silent > silentMs,
  }))
  return [{ name: `run ${run}`, found: head.join(", "), late: false }, ...tasks, ...processes, ...held]
}

/** git's pins are the same each time and tell nothing. */
const shortened = (command: string): string => {
  const words = plainLine(command.replace(/ -c \S+=\S*/g, ""))
  return words.length > 120 ? `${words.slice(0, 119)}…` : words
}
