import type { Paint } from "./colour.ts"
import { cells, fitted, padded, span } from "./plainText.ts"
import type { Phase, RunView, TaskView } from "./runView.ts"

/** How a phase is called on the screen, the liveliest first. */
const labels: Readonly<Record<Phase, string>> = {
  working: "working",
  judging: "judging",
  landing: "landing",
  held: "held",
  waiting: "waiting",
  blocked: "blocked",
  failed: "failed",
  merged: "landed",
  discarded: "discarded",
}

const lively: readonly Phase[] = ["working", "judging", "landing", "held"]

const painted = (phase: Phase, text: string, paint: Paint): string => {
  if (phase === "merged") return paint.good(text)
  if (phase === "failed" || phase === "blocked") return paint.bad(text)
  if (phase === "held") return paint.warn(text)
  return phase === "waiting" || phase === "discarded" ? paint.dim(text) : text
}

const order = (view: RunView): readonly TaskView[] => {
  const rank = ({ phase }: TaskView): number => (lively.includes(phase) ? 0 : phase === "waiting" ? 1 : 2)
  return [...view.tasks.values()].toSorted((a, b) => rank(a) - rank(b) || a.id - b.id)
}

const row = (task: TaskView, now: number, width: number, titleWidth: number, paint: Paint): string => {
  const id = `#${task.id}`.padStart(5)
  const since = Date.parse(task.since)
  const elapsed = lively.includes(task.phase) && Number.isFinite(since) ? span(now - since) : ""
  const agent = task.agent === undefined ? "" : `${task.agent}${task.attempt > 1 ? ` (${task.attempt})` : ""}`
  const head = `${id} ${padded(task.title, titleWidth)}  `
  const middle = `${padded(agent, 14)} ${elapsed.padStart(8)}  `
  const label = padded(labels[task.phase], 9)
  const left = width - cells(head) - cells(label) - cells(middle)
  const words = left < 8 ? "" : fitted(task.words, left)
  return `${head}${painted(task.phase, label, paint)}${paint.dim(middle)}${task.asks ? paint.warn(words) : paint.dim(words)}`
}

/** Tells in one line how far the run is: `3 landed · 2 working · 1 waiting`. */
export const tally = (view: RunView): string => {
  const counted = new Map<string, number>()
  for (const { phase } of view.tasks.values()) counted.set(labels[phase], (counted.get(labels[phase]) ?? 0) + 1)
  return ["landed", "working", "judging", "landing", "held", "waiting", "blocked", "failed", "discarded"]
    .flatMap((label) => (counted.has(label) ? [`${counted.get(label)} ${label}`] : []))
    .join(" · ")
}

/** The live view: what goes on first, one line a task, as many as fit; what is left out is counted. */
export const runScreen = (
  view: RunView,
  options: { readonly now: number; readonly width: number; readonly height: number; readonly paint: Paint },
): readonly string[] => {
  const { now, paint } = options
  const width = Math.max(20, options.width - 1)
  const all = order(view)
  const titleWidth = Math.min(Math.max(8, ...all.map(({ title }) => cells(title))), Math.max(12, Math.floor(width * 0.35)))
  const elapsed = view.started === "" ? "" : `  ${span(now - Date.parse(view.started))}`
  const gates = view.target === "" ? "" : view.gates.length === 0 ? paint.warn("ungated") : paint.dim(`gates ${view.gates.join(", ")}`)
  const where = view.target === "" ? "starting" : `→ ${view.target}`
  const room = Math.max(1, options.height - 4)
  const shown = all.length > room ? all.slice(0, room - 1) : all
  const rest = all.length - shown.length
  return [
    `${paint.bold(fitted(`osier ${where}  ${tally(view)}${elapsed}`, width - 24))}  ${gates}`,
    ...shown.map((task) => row(task, now, width, titleWidth, paint)),
    ...(rest === 0 ? [] : [paint.dim(`      and ${rest} more`)]),
    ...(view.draining === undefined ? [] : [paint.warn(fitted(`draining: ${view.draining}`, width))]),
  ]
}
