import type { Event } from "./event.ts"
import { restored, short } from "./eventText.ts"
import type { Setbacks } from "./setbacks.ts"
import type { Verdict } from "../task/outcome.ts"
import { type Spent, spentTogether } from "../task/spent.ts"
import { plainLine, took } from "../text/plainText.ts"

/** Where a task is, for a person who watches: finer than its status, and never stored. */
export type Phase = "waiting" | "preparing" | "working" | "judging" | "landing" | "held" | "blocked" | "failed" | "merged" | "discarded"

export interface TaskView {
  readonly id: number
  readonly title: string
  readonly phase: Phase
  readonly agent?: string
  readonly attempt: number
  /** When the phase began, as the event said it. */
  readonly since: string
  /** The last thing said or done, in one line. */
  readonly words: string
  readonly asks: boolean
  /** The verdicts of the attempt at hand, by gate. */
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** Passed without a gate, which is always said. */
  readonly ungated: boolean
  readonly files: number
  /** What went wrong on the way, however it ended: a task with many of these was cut badly, or is too big. */
  readonly setbacks: Setbacks
  readonly commit?: string
  readonly keep?: string
  readonly log?: string
}

/** A run as its events tell it: all that the screen and the closing words need. */
export interface RunView {
  readonly run: string
  readonly target: string
  readonly gates: readonly string[]
  readonly concurrency: number
  readonly started: string
  /** How tasks are called, those of others included. */
  readonly titles: ReadonlyMap<number, string>
  readonly tasks: ReadonlyMap<number, TaskView>
  readonly draining?: string
  readonly warnings: readonly string[]
  /** By all agents together. */
  readonly spent: Spent
  /** What changed outside of all trees without a trace of who did it, and the tasks that were worked on meanwhile. */
  readonly outside: ReadonlyMap<string, readonly number[]>
  readonly ended?: Extract<Event, { readonly type: "RunEnded" }>
}

/** A run of which nothing is known yet. */
export const emptyRun = (): RunView => ({
  run: "",
  target: "",
  gates: [],
  concurrency: 0,
  started: "",
  titles: new Map(),
  tasks: new Map(),
  warnings: [],
  spent: {},
  outside: new Map(),
})

/** The view that knows how these tasks are called, should they turn up. */
export const titled = (view: RunView, tasks: Iterable<readonly [number, string]>): RunView => {
  const titles = new Map([...view.titles, ...[...tasks].map(([id, title]) => [id, plainLine(title)] as const)])
  const named = [...view.tasks].map(([id, task]) => [id, { ...task, title: titles.get(id) ?? task.title }] as const)
  return { ...view, titles, tasks: new Map(named) }
}

const unseen = (view: RunView, id: number): TaskView => ({
  id,
  title: view.titles.get(id) ?? `task ${id}`,
  phase: "waiting",
  attempt: 0,
  since: "",
  words: "",
  asks: false,
  verdicts: new Map(),
  ungated: false,
  files: 0,
  setbacks: { attempts: 0, conflicts: 0, ejected: 0 },
})

type Change = Partial<TaskView> | undefined

const oneMore = ({ setbacks }: TaskView, of: keyof Setbacks): Pick<TaskView, "setbacks"> => ({
  setbacks: { ...setbacks, [of]: setbacks[of] + 1 },
})

const told = (event: Event, before: TaskView): Change => {
  switch (event.type) {
    case "TaskAdded":
      return { title: plainLine(event.title), agent: event.agent }
    case "TaskClaimed":
      return { phase: "preparing", words: "claimed" }
    case "TaskReleased":
    case "TaskWaited":
      return { phase: "waiting", words: event.reason }
    case "TaskBlocked":
      return { phase: "blocked", words: event.reason }
    case "TreeMade":
      return { phase: "preparing", words: `tree made in ${took(event.ms)}` }
    case "SetupRan":
      return { words: `set up: ${event.command.join(" ")}` }
    case "AttemptStarted":
      return { phase: "working", agent: event.agent, attempt: event.attempt, verdicts: new Map(), ungated: false, words: "started" }
    case "WorkCommitted":
      return { words: `committed ${event.files.length === 1 ? "1 file" : `${event.files.length} files`}`, files: event.files.length }
    case "ReportWritten":
      return { words: "report written" }
    case "PlanProposed":
      return { phase: "held", words: `proposes ${event.titles.length === 1 ? "1 task" : `${event.titles.length} tasks`}` }
    case "PlanAccepted":
      return { phase: "waiting", words: "waits for its children" }
    case "GateStarted":
      return { phase: before.phase === "landing" ? "landing" : "judging", words: `gate ${event.gate}` }
    case "GateJudged":
      return {
        verdicts: new Map([...before.verdicts, [event.gate, event.verdict]]),
        words: `gate ${event.gate}: ${event.verdict}`,
        ...(event.log === undefined || event.verdict === "pass" ? {} : { log: event.log }),
      }
    case "AttemptFailed":
      return { ...oneMore(before, "attempts"), words: event.reason, ...(event.keep === undefined ? {} : { keep: event.keep }) }
    case "TaskRetried":
      return { phase: "working", words: `again: ${event.reason}` }
    case "TaskCompleted":
      return { phase: "landing", ungated: !event.gated, words: event.reason ?? "completed", commit: event.commit }
    case "Queued":
      return { phase: "landing", words: "in the train" }
    case "TaskHeld":
      return { phase: "held", words: event.reason }
    case "TaskFailed":
      return { phase: "failed", words: event.reason, ...(event.keep === undefined ? {} : { keep: event.keep }) }
    case "TaskDiscarded":
      return { phase: "discarded", words: "discarded" }
    case "TaskMerged":
      return {
        phase: "merged",
        ...(event.commit === undefined ? {} : { commit: event.commit }),
        words: event.reason ?? (event.commit === undefined ? "merged" : `landed at ${short(event.commit)}`),
      }
    case "Conflicted":
      return { ...oneMore(before, "conflicts"), words: `conflicts in ${event.files.join(", ")}` }
    case "Ejected":
      return { ...oneMore(before, "ejected"), words: event.reason }
    case "Kept":
      return { keep: event.ref }
    default:
      return toldByAgent(event)
  }
}

/** What an agent itself says and does. */
const toldByAgent = (event: Event): Change => {
  switch (event.type) {
    case "AgentSaid":
      return { words: event.text, asks: false }
    case "AgentUsed":
      return { words: `${event.tool}${event.detail === undefined ? "" : ` ${event.detail}`}`, asks: false }
    case "AgentRetried":
      return { words: event.reason }
    case "AgentAsked":
      return { words: `asks: ${event.question}`, asks: true }
    case "AgentEnded":
      return { words: event.reason, asks: false }
    default:
      return undefined
  }
}

/** Tasks that an event is about without carrying one number: those of a landing. */
const several = (event: Event, before: TaskView): Change => {
  if (event.type === "Landed") return { phase: "merged", commit: event.commit, words: `landed at ${short(event.commit)}` }
  if (event.type === "LandingWaited" && before.phase !== "merged") return { phase: "held", words: event.reason }
  return undefined
}

const changed = (before: TaskView, change: Partial<TaskView>, at: string): TaskView => ({
  ...before,
  ...change,
  words: plainLine(change.words ?? before.words),
  since: change.phase === undefined || (change.phase === before.phase && before.since !== "") ? before.since || at : at,
})

/** The view after one more event. */
export const seen = (before: RunView, event: Event): RunView => {
  const view = event.type === "TaskAdded" ? titled(before, [[event.task, event.title]]) : before
  // What somebody else puts into the store while a run is on is none of its tasks.
  if (event.type === "TaskAdded" && (view.run === "" || event.run !== view.run)) return view
  const about =
    "tasks" in event && event.type !== "RunStarted" ? event.tasks : "task" in event && event.task !== undefined ? [event.task] : []
  let tasks = view.tasks
  for (const id of about) {
    const task = tasks.get(id) ?? unseen(view, id)
    const change = "tasks" in event ? several(event, task) : told(event, task)
    if (change !== undefined) tasks = new Map(tasks).set(id, changed(task, change, event.at))
  }
  const next = tasks === view.tasks ? view : { ...view, tasks }
  switch (event.type) {
    case "RunStarted": {
      const added = new Map(tasks)
      for (const id of event.tasks) if (!added.has(id)) added.set(id, unseen(view, id))
      const { run, target, gates, concurrency, at } = event
      return { ...next, run, target, gates, concurrency, started: at, tasks: added }
    }
    case "RunDraining":
      return { ...next, draining: plainLine(event.reason) }
    case "Warned":
      return {
        ...next,
        warnings: [...next.warnings, plainLine(`${event.task === undefined ? "" : `#${event.task}: `}${event.message} (${event.hint})`)],
      }
    case "AgentSpent":
      return { ...next, spent: spentTogether([next.spent, event]) }
    case "RefRestored":
      return { ...next, warnings: [...next.warnings, restored(event)] }
    case "ChangedOutside": {
      const { attributed, task, what } = event
      if (attributed) return next
      const outside = new Map(next.outside)
      for (const one of what) outside.set(one, [...(outside.get(one) ?? []), ...(task === undefined ? [] : [task])])
      return { ...next, outside }
    }
    case "RunEnded":
      return { ...next, ended: event }
    default:
      return next
  }
}
