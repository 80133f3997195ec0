import type { Paint } from "../text/colour.ts"
import { cells, fitted, padded, span } from "../text/plainText.ts"
import type { Phase, RunView, TaskView } from "./runView.ts"

/** How a phase is called on the screen, the liveliest first. */
const labels: Readonly<Record<Phase, string>> = {
  preparing: "setting up",
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

/** How a phase is called on the screen. */
export const phaseName = (phase: Phase): string => labels[phase]

const lively: readonly Phase[] = ["preparing", "working", "judging", "landing", "held"]

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

/** What there is no room for is left out: first the words, then who works on it, then how long. */
const row = (task: TaskView, now: number, width: number, titleWidth: number, paint: Paint): string => {
  const since = Date.parse(task.since)
  const elapsed = lively.includes(task.phase) && Number.isFinite(since) ? span(now - since) : ""
  const agent = task.agent === undefined ? "" : `${task.agent}${task.attempt > 1 ? ` (${task.attempt})` : ""}`
  const head = `${`#${task.id}`.padStart(5)} ${padded(task.title, titleWidth)}  `
  // On a narrow terminal each column counts.
  const label = padded(labels[task.phase], width < 60 ? Math.max(9, cells(labels[task.phase])) : 11)
  const left = width - cells(head) - cells(label)
  const time = left < 9 ? "" : ` ${elapsed.padStart(8)}`
  const who = left < 24 ? "" : padded(agent, 14)
  const middle = `${who}${time}`
  const room = left - cells(middle) - 2
  const words = room < 8 ? "" : `  ${fitted(task.words, room)}`
  return fitted(`${head}${painted(task.phase, label, paint)}${paint.dim(middle)}${task.asks ? paint.warn(words) : paint.dim(words)}`, width)
}

/** The first line: where it lands, how far it is, for how long, and what judges it. `ungated` is never left out. */
const headline = (view: RunView, now: number, width: number, paint: Paint, idle: string): string => {
  const until = view.ended === undefined ? now : Date.parse(view.ended.at)
  const elapsed = view.started === "" ? "" : `  ${span(until - Date.parse(view.started))}`
  const where = view.target === "" ? idle : view.ended === undefined ? `→ ${view.target}` : `→ ${view.target}, ended`
  const ungated = view.gates.length === 0
  const gates = view.target === "" ? "" : ungated ? "ungated" : `gates ${view.gates.join(", ")}`
  const least = ungated ? cells(gates) : Math.min(cells(gates), Math.floor(width / 3))
  const head = fitted(["osier", where, ` ${tally(view)}${elapsed}`].join(" ").trimEnd(), Math.max(1, width - least - 2))
  const said = fitted(gates, width - cells(head) - 2)
  return said === "" ? paint.bold(head) : `${paint.bold(head)}  ${ungated ? paint.warn(said) : paint.dim(said)}`
}

/** Tells in one line how far the run is: `3 landed · 2 working · 1 waiting`. */
export const tally = (view: RunView): string => {
  const counted = new Map<string, number>()
  for (const { phase } of view.tasks.values()) counted.set(labels[phase], (counted.get(labels[phase]) ?? 0) + 1)
  return ["landed", "setting up", "working", "judging", "landing", "held", "waiting", "blocked", "failed", "discarded"]
    .flatMap((label) => (counted.has(label) ? [`${counted.get(label)} ${label}`] : []))
    .join(" · ")
}

/** The live view: what goes on first, one line a task, as many as fit; what is left out is counted. `idle` stands before the start. */
export const runScreen = (
  view: RunView,
  options: { readonly now: number; readonly width: number; readonly height: number; readonly paint: Paint; readonly idle?: string },
): readonly string[] => {
  const { now, paint, idle = "starting" } = options
  const width = Math.max(1, options.width - 1)
  const all = order(view)
  const titleWidth = Math.min(Math.max(8, ...all.map(({ title }) => cells(title))), Math.max(8, Math.floor(width * 0.35)))
  const room = Math.max(1, options.height - 4)
  const shown = all.length > room ? all.slice(0, room - 1) : all
  const rest = all.length - shown.length
  return [
    headline(view, now, width, paint, idle),
    ...shown.map((task) => row(task, now, width, titleWidth, paint)),
    ...(rest === 0 ? [] : [paint.dim(fitted(`      and ${rest} more`, width))]),
    ...(view.draining === undefined ? [] : [paint.warn(fitted(`draining: ${view.draining}`, width))]),
  ]
}
