import type { Event } from "./event.ts"
import { count, fitted, plainLine, took } from "../text/plainText.ts"

const commitLength = 10
const wordsLength = 300

/** A commit as people write it. */
export const short = (commit: string): string => commit.slice(0, commitLength)

const list = (ids: readonly number[]): string => ids.map((id) => `#${id}`).join(", ")
const names = (all: readonly string[]): string =>
  all.length > 6 ? `${all.slice(0, 6).join(", ")} and ${all.length - 6} more` : all.join(", ")
const behind = (text: string | undefined, before = ": "): string => (text === undefined || text === "" ? "" : `${before}${text}`)

const ended = (event: Extract<Event, { readonly type: "RunEnded" }>): string => {
  const parts = (["landed", "failed", "blocked", "waiting"] as const).flatMap((key) =>
    event[key].length === 0 ? [] : [`${event[key].length} ${key}`],
  )
  return `run ended: ${parts.join(", ") || "nothing to do"}`
}

const spent = (event: Extract<Event, { readonly type: "AgentSpent" }>): string => {
  const parts = [
    ...(event.inputTokens === undefined ? [] : [`${event.inputTokens} tokens in`]),
    ...(event.outputTokens === undefined ? [] : [`${event.outputTokens} out`]),
    ...(event.costUsd === undefined ? [] : [`$${event.costUsd.toFixed(4)}`]),
  ]
  return `spent ${parts.join(", ") || "nothing that was told"}`
}

/** What became of a ref of osier's own that something else had its hands on. */
export const restored = ({ ref, restored: at, found }: Extract<Event, { readonly type: "RefRestored" }>): string =>
  `${ref} was ${found === undefined ? "deleted" : `moved to ${short(found)}`} by something that is not osier, and is back at ${short(at)}`

const words = (event: Event): string => {
  switch (event.type) {
    case "JournalStarted":
      return `journal ${event.journal} started`
    case "RunStarted":
      return `run started on ${event.target} at ${short(event.base)}: ${count(event.tasks.length, "task")}, up to ${event.concurrency} at a time, ${
        event.gates.length === 0 ? "no gates: ungated" : `gates ${event.gates.join(", ")}`
      }`
    case "RunDraining":
      return `draining: ${event.reason}`
    case "RunEnded":
      return ended(event)
    case "TaskAdded":
      return `added: ${event.title} (${event.agent || "default agent"})${event.needs.length === 0 ? "" : `, needs ${list(event.needs)}`}`
    case "TaskClaimed":
      return `claimed by ${event.owner}${behind(event.from, ", taken over from ")}`
    case "TaskReleased":
      return `released: ${event.reason}`
    case "TaskBlocked":
      return event.reason
    case "TaskWaited":
      return `${event.reason}${behind(event.until, ", until ")}`
    case "TreeMade":
      return `tree made in ${took(event.ms)}: ${event.tree} on ${event.branch} from ${short(event.base)}`
    case "SetupRan":
      return `setup ${event.command.join(" ")}: ${event.code === 0 ? "done" : `exit ${event.code}`} in ${took(event.ms)}`
    case "AttemptStarted":
      return `attempt ${event.attempt} by ${event.agent}${event.agent === event.adapter ? "" : ` (${event.adapter})`}`
    case "AgentStarted":
      return `agent started${behind(event.pid?.toString(), ", process ")}${behind(event.session, ", session ")}`
    case "AgentSaid":
      return `says: ${event.text}`
    case "AgentUsed":
      return `${event.ok === false ? "failed to use" : "uses"} ${event.tool}${behind(event.detail)}`
    case "AgentSpent":
      return spent(event)
    case "AgentFolded":
      return `${event.events} events of the agent are left out here: they came faster than anybody can read`
    case "AgentRetried":
      return `agent tries again${event.delayMs === undefined ? "" : ` in ${took(event.delayMs)}`}: ${event.reason}`
    case "AgentAsked":
      return `agent asks: ${event.question}`
    case "AgentEnded":
      return `agent ended after ${took(event.ms)}: ${event.ok ? "" : `${event.class ?? "failed"}, `}${event.reason}`
    case "ProcessesReaped":
      return `ended ${event.processes.length === 1 ? "a process" : `${event.processes.length} processes`} left behind: ${names(
        event.processes.map(({ pid, command }) => `${pid} ${command}`),
      )}`
    case "WorkCommitted":
      return `committed ${short(event.commit)}${event.by === "agent" ? " by the agent" : ""}: ${names(event.files)}`
    case "ChangedOutside":
      return `${event.attributed ? "changed outside of its tree" : "changed outside, by whom is not known"}: ${names(event.what)}`
    case "TargetJudged":
      return `the target ${event.target} at ${short(event.commit)}: ${event.verdict ?? "ungated"}${behind(event.reason)}${behind(
        event.lines?.at(-1),
      )}`
    case "ChangesUndone":
      return `wrote although it may only read, undone: ${names(event.what)}${behind(event.keep, "; kept at ")}`
    case "ReportWritten":
      return `report written: ${count(event.lines, "line")}`
    case "PlanProposed":
      return `proposes ${count(event.titles.length, "task")}: ${names(event.titles)}`
    case "PlanAccepted":
      return `plan accepted: ${list(event.children)}`
    case "GateStarted":
      return `gate ${event.gate} judges ${short(event.tree)}`
    case "GateJudged":
      return `gate ${event.gate}: ${event.verdict}${event.cached ? " (judged before)" : ` in ${took(event.ms)}`}${behind(event.reason)}`
    case "AttemptFailed":
      return `attempt ${event.attempt} failed (${event.class}): ${event.reason}${behind(event.keep, "; kept at ")}`
    case "TaskRetried":
      return `tries again, attempt ${event.attempt}: ${event.reason}`
    case "TaskCompleted":
      return `completed at ${short(event.commit)}${event.gated ? "" : ", ungated"}${behind(event.reason)}`
    case "TaskHeld":
      return `held: ${event.reason}${event.paths.length === 0 ? "" : ` (${names(event.paths)})`}; ${event.hint}`
    case "TaskFailed":
      return `failed (${event.class}): ${event.reason}${behind(event.keep, "; kept at ")}`
    case "TaskDiscarded":
      return `discarded${behind(event.keep, "; kept at ")}`
    case "TaskMerged":
      return `merged${event.commit === undefined ? "" : ` at ${short(event.commit)}`}${behind(event.reason)}`
    case "Queued":
      return `queued for ${event.target} with ${short(event.tip)}`
    case "Conflicted":
      return `conflicts${event.with.length === 0 ? "" : ` with ${list(event.with)}`}: ${names(event.files)}`
    case "Ejected":
      return `out of the train${event.with.length === 0 ? "" : ` because of its combination with ${list(event.with)}`}: ${event.reason}`
    case "LandingWaited":
      return `landing of ${list(event.tasks)} waits: ${event.reason}${event.files.length === 0 ? "" : ` (${names(event.files)})`}`
    case "Landed":
      return `landed ${list(event.tasks)} on ${event.target} at ${short(event.commit)} (${event.mode})`
    case "CheckoutFollowed":
      return `your checkout ${event.path} follows ${event.target} to ${short(event.commit)}`
    case "Kept":
      return `kept ${count(event.files, "file")} at ${event.ref} (${event.reason})${event.left.length === 0 ? "" : `; left out: ${names(event.left)}`}`
    case "KeepDropped":
      return `keep dropped: ${event.ref}, it was at ${short(event.commit)}`
    case "RefRestored":
      return restored(event)
    case "TreeRemoved":
      return `tree removed: ${event.tree}`
    case "BranchDeleted":
      return `branch ${event.branch} deleted, it was at ${short(event.commit)}`
    case "Recovered":
      return `recovered: ${event.what}`
    case "Warned":
      return `warning: ${event.message} (${event.hint})`
  }
}

/** What happened, in one line for a person: `#12 gate test: pass in 1.2 s`. */
export const eventText = (event: Event): string => {
  const head = "task" in event && event.task !== undefined ? `#${event.task} ` : ""
  return head + fitted(plainLine(words(event)), wordsLength)
}

export type Tone = "good" | "bad" | "warn" | "dim" | "plain"

/** How much a line asks to be looked at. */
export const toneOf = (event: Event): Tone => {
  switch (event.type) {
    case "Landed":
    case "TaskMerged":
      return "good"
    case "TaskFailed":
    case "AttemptFailed":
    case "Ejected":
    case "Conflicted":
      return "bad"
    case "TaskHeld":
    case "TaskBlocked":
    case "LandingWaited":
    case "ChangedOutside":
    case "ChangesUndone":
    case "Warned":
    case "RefRestored":
    case "AgentAsked":
    case "RunDraining":
      return "warn"
    case "GateJudged":
      return event.verdict === "pass" ? "good" : "bad"
    case "TargetJudged":
      return event.verdict === "pass" || event.verdict === undefined ? "dim" : "bad"
    case "AgentSaid":
    case "AgentUsed":
    case "AgentSpent":
    case "AgentStarted":
    case "GateStarted":
    case "TreeMade":
    case "TreeRemoved":
    case "BranchDeleted":
    case "TaskClaimed":
    case "JournalStarted":
      return "dim"
    default:
      return "plain"
  }
}
