import type { Paint } from "../domain/text/colour.ts"
import { short } from "../domain/event/eventText.ts"
import { count, plainLine, took } from "../domain/text/plainText.ts"
import type { Report, Stop } from "../domain/task/report.ts"
import { spentText } from "../domain/task/spent.ts"
import type { RunView } from "../domain/event/runView.ts"
import { setbacksText } from "../domain/event/setbacks.ts"

/** A hint as something to type: a bare command stands alone, a sentence stays one. */
const toType = (hint: string): string => plainLine(hint)

const gatesOf = (view: RunView, id: number): string => {
  const task = view.tasks.get(id)
  if (task === undefined) return ""
  const passed = [...task.verdicts].filter(([, verdict]) => verdict === "pass").map(([gate]) => gate)
  if (passed.length > 0) return `passed ${passed.join(", ")}`
  return view.gates.length === 0 || task.ungated ? "ungated" : "passed before"
}

/** What it took to land: much of it says that the work was not cut well. */
const afterAll = (view: RunView, id: number): string => {
  const setbacks = view.tasks.get(id)?.setbacks
  const text = setbacks === undefined ? "" : setbacksText(setbacks)
  return text === "" ? "" : `after ${text}`
}

/** The last telling lines that the gates of failed tasks printed. */
export type Tails = ReadonlyMap<number, readonly string[]>

/** The closing words of a run: what landed and why, what did not and why, where its work is kept, and what to type next. */
export const closing = (report: Report, view: RunView, paint: Paint, tails: Tails = new Map()): string => {
  const parts: string[] = []
  const titled = (mark: string, { id, title }: { readonly id: number; readonly title: string }) =>
    `  ${mark} ${`#${id}`.padEnd(4)} ${plainLine(title)}`
  const stopped = (mark: string, stop: Stop, more: readonly string[] = []) =>
    [
      titled(mark, stop),
      `         ${plainLine(stop.reason)}`,
      ...more.map((line) => `         ${line}`),
      `         next: ${paint.bold(toType(stop.hint))}`,
    ].join("\n")

  if (report.landed.length > 0) {
    const rows = report.landed.map(
      (task) =>
        `${titled(paint.good("✓"), task)}  ${paint.dim([task.commit === "" ? "nothing to land" : short(task.commit), gatesOf(view, task.id), afterAll(view, task.id)].filter((part) => part !== "").join(", "))}`,
    )
    parts.push([`Landed on ${view.target}:`, ...rows].join("\n"))
  }
  if (report.completed.length > 0)
    parts.push(
      [
        "Complete, waiting for your word:",
        ...report.completed.map((stop) => stopped(paint.warn("●"), stop, ungatedNote(view, stop.id))),
      ].join("\n"),
    )
  if (report.failed.length > 0) {
    const rows = report.failed.map((stop) => {
      const log = view.tasks.get(stop.id)?.log
      const branch = stop.branch === undefined ? [] : [`its work is on branch ${stop.branch} (osier diff ${stop.id})`]
      const kept = stop.keep === undefined ? branch : [`its work is kept: ${stop.keep} (osier keep restore ${stop.id})`]
      return stopped(paint.bad("✗"), { ...stop, reason: `${stop.class}: ${stop.reason}` }, [
        ...(tails.get(stop.id) ?? []).map((line) => paint.dim(`│ ${line}`)),
        ...(log === undefined ? [] : [`output: ${log} (osier logs ${stop.id})`]),
        ...kept,
      ])
    })
    parts.push(["Failed:", ...rows].join("\n"))
  }
  if (report.blocked.length > 0) parts.push(["Blocked:", ...report.blocked.map((stop) => stopped(paint.bad("–"), stop))].join("\n"))
  if (report.waiting.length > 0)
    parts.push(
      ["Not landed, waiting:", ...report.waiting.map((stop) => stopped(paint.warn("●"), stop, ungatedNote(view, stop.id)))].join("\n"),
    )
  if (report.red !== undefined) {
    const [first = "", ...lines] = report.red.message.split("\n")
    parts.push(
      [
        paint.bad(`Red: ${plainLine(first)}`),
        ...lines.map((line) => `    ${plainLine(line)}`),
        `         next: ${toType(report.red.hint)}`,
      ].join("\n"),
    )
  }
  const notes = [...view.warnings, ...outsideNotes(view)]
  if (notes.length > 0) parts.push(["Note:", ...notes.map((note) => `  ${paint.warn("!")} ${note}`)].join("\n"))
  parts.push(verdict(report, view, paint))
  return `\n${parts.join("\n\n")}\n`
}

const mostOutside = 5

/** All who worked meanwhile saw the same change; it is told once. */
const outsideNotes = ({ outside }: RunView): readonly string[] => {
  const hidden = outside.size - mostOutside
  const rows = [...outside].slice(0, mostOutside).map(([what, tasks]) => {
    const by = [...new Set(tasks)].map((id) => `#${id}`).join(", ")
    return `${plainLine(what)} changed outside of all trees${by === "" ? "" : ` during the work on ${by}`}; nothing tells by whom`
  })
  return hidden > 0 ? [...rows, `and ${hidden} more changed so: osier events`] : rows
}

const ungatedNote = (view: RunView, id: number): readonly string[] =>
  view.tasks.get(id)?.ungated === true && view.gates.length > 0 ? ["ungated"] : []

const verdict = (report: Report, view: RunView, paint: Paint): string => {
  const { landed, failed, blocked, completed, waiting, ms } = report
  const asked = landed.length + failed.length + blocked.length + completed.length + waiting.length
  if (asked === 0) return `Nothing to do. ${paint.bold('osier run "…"')} starts something.`
  const spent = spentText(view.spent)
  const cost = spent === "" ? "" : ` Spent ${spent}.`
  const ungated =
    view.gates.length === 0
      ? ` ${paint.warn("No gate is configured: ungated.")} Add \`gates:\` to osier.yaml, so that only tested work lands.`
      : ""
  if (report.interrupted && landed.length < asked)
    return `Interrupted after ${took(ms)}: ${landed.length} of ${count(asked, "task")} landed.${cost} Go on with \`${paint.bold("osier run")}\`.${ungated}`
  const rest = [
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(blocked.length > 0 ? [`${blocked.length} blocked`] : []),
    ...(completed.length + waiting.length > 0 ? [`${completed.length + waiting.length} waiting`] : []),
  ]
  const head =
    rest.length === 0
      ? paint.good(asked === 1 ? "The task landed" : `All ${asked} tasks landed`)
      : `${landed.length} of ${count(asked, "task")} landed, ${rest.join(", ")}`
  return `${head} in ${took(ms)}.${cost}${ungated}`
}
