import type { Event, EventOf } from "./event.ts"
import { count, fitted, plainLine, took } from "../text/plainText.ts"

const commitLength = 10
const wordsLength = 300

/** A commit as people write it. */
export const short = (commit: string): string => commit.slice(0, commitLength)

const list = (ids: readonly number[]): string => ids.map((id) => `#${id}`).join(", ")
const names = (all: readonly string[]): string =>
  all.length > 6 ? `${all.slice(0, 6).join(", ")} and ${all.length - 6} more` : all.join(", ")
const behind = (text: string | undefined, before = ": "): string => (text === undefined || text === "" ? "" : `${before}${text}`)

const ended = (event: EventOf<"RunEnded">): string => {
  const parts = (["landed", "failed", "blocked", "waiting"] as const).flatMap((key) =>
    event[key].length === 0 ? [] : [`${event[key].length} ${key}`],
  )
  return `run ended: ${parts.join(", ") || "nothing to do"}`
}

const spent = (event: EventOf<"AgentSpent">): string => {
  const parts = [
    ...(event.inputTokens === undefined ? [] : [`${event.inputTokens} tokens in`]),
    ...(event.outputTokens === undefined ? [] : [`${event.outputTokens} out`]),
    ...(event.costUsd === undefined ? [] : [`$${event.costUsd.toFixed(4)}`]),
  ]
  return `spent ${parts.join(", ") || "nothing that was told"}`
}

/** What became of a ref of osier's own that something else had its hands on. */
export const restored = ({ ref, restored: at, found }: EventOf<"RefRestored">): string =>
  `${ref} was ${found === undefined ? "deleted" : `moved to ${short(found)}`} by something that is not osier, and is back at ${short(at)}`

type Words = { readonly [Type in Event["type"]]: (event: EventOf<Type>) => string }

const words: Words = {
  JournalStarted: (event) => `journal ${event.journal} started`,
  RunStarted: (event) =>
    `run started on ${event.target} at ${short(event.base)}: ${count(event.tasks.length, "task")}, up to ${event.concurrency} at a time, ${
      event.gates.length === 0 ? "no gates: ungated" : `gates ${event.gates.join(", ")}`
    }`,
  RunDraining: (event) => `draining: ${event.reason}`,
  RunEnded: ended,
  TaskAdded: (event) =>
    `added: ${event.title} (${event.agent || "default agent"})${event.needs.length === 0 ? "" : `, needs ${list(event.needs)}`}`,
  TaskClaimed: (event) => `claimed by ${event.owner}${behind(event.from, ", taken over from ")}`,
  TaskReleased: (event) => `released: ${event.reason}`,
  TaskBlocked: (event) => event.reason,
  TaskWaited: (event) => `${event.reason}${behind(event.until, ", until ")}`,
  TreeMade: (event) => `tree made in ${took(event.ms)}: ${event.tree} on ${event.branch} from ${short(event.base)}`,
  SetupRan: (event) => `setup ${event.command.join(" ")}: ${event.code === 0 ? "done" : `exit ${event.code}`} in ${took(event.ms)}`,
  AttemptStarted: (event) => `attempt ${event.attempt} by ${event.agent}${event.agent === event.adapter ? "" : ` (${event.adapter})`}`,
  AgentStarted: (event) => `agent started${behind(event.pid?.toString(), ", process ")}${behind(event.session, ", session ")}`,
  AgentSaid: (event) => `says: ${event.text}`,
  AgentUsed: (event) => `${event.ok === false ? "failed to use" : "uses"} ${event.tool}${behind(event.detail)}`,
  AgentSpent: spent,
  AgentFolded: (event) => `${event.events} events of the agent are left out here: they came faster than anybody can read`,
  AgentRetried: (event) => `agent tries again${event.delayMs === undefined ? "" : ` in ${took(event.delayMs)}`}: ${event.reason}`,
  AgentAsked: (event) => `agent asks: ${event.question}`,
  AgentEnded: (event) => `agent ended after ${took(event.ms)}: ${event.ok ? "" : `${event.class ?? "failed"}, `}${event.reason}`,
  ProcessesReaped: (event) =>
    `ended ${event.processes.length === 1 ? "a process" : `${event.processes.length} processes`} left behind: ${names(
      event.processes.map(({ pid, command }) => `${pid} ${command}`),
    )}`,
  WorkCommitted: (event) => `committed ${short(event.commit)}${event.by === "agent" ? " by the agent" : ""}: ${names(event.files)}`,
  ChangedOutside: (event) =>
    `${event.attributed ? "changed outside of its tree" : "changed outside, by whom is not known"}: ${names(event.what)}`,
  TargetJudged: (event) =>
    `the target ${event.target} at ${short(event.commit)}: ${event.verdict ?? "ungated"}${behind(event.reason)}${behind(
      event.lines?.at(-1),
    )}`,
  ChangesUndone: (event) => `wrote although it may only read, undone: ${names(event.what)}${behind(event.keep, "; kept at ")}`,
  ReportWritten: (event) => `report written: ${count(event.lines, "line")}`,
  PlanProposed: (event) => `proposes ${count(event.titles.length, "task")}: ${names(event.titles)}`,
  PlanAccepted: (event) => `plan accepted: ${list(event.children)}`,
  GateStarted: (event) => `gate ${event.gate} judges ${short(event.tree)}`,
  GateJudged: (event) =>
    `gate ${event.gate}: ${event.verdict}${event.cached ? " (judged before)" : ` in ${took(event.ms)}`}${behind(event.reason)}`,
  AttemptFailed: (event) => `attempt ${event.attempt} failed (${event.class}): ${event.reason}${behind(event.keep, "; kept at ")}`,
  TaskRetried: (event) => `tries again, attempt ${event.attempt}: ${event.reason}`,
  TaskCompleted: (event) => `completed at ${short(event.commit)}${event.gated ? "" : ", ungated"}${behind(event.reason)}`,
  TaskHeld: (event) => `held: ${event.reason}${event.paths.length === 0 ? "" : ` (${names(event.paths)})`}; ${event.hint}`,
  TaskFailed: (event) => `failed (${event.class}): ${event.reason}${behind(event.keep, "; kept at ")}`,
  TaskDiscarded: (event) => `discarded${behind(event.keep, "; kept at ")}`,
  TaskMerged: (event) => `merged${event.commit === undefined ? "" : ` at ${short(event.commit)}`}${behind(event.reason)}`,
  Queued: (event) => `queued for ${event.target} with ${short(event.tip)}`,
  Conflicted: (event) => `conflicts${event.with.length === 0 ? "" : ` with ${list(event.with)}`}: ${names(event.files)}`,
  Ejected: (event) =>
    `out of the train${event.with.length === 0 ? "" : ` because of its combination with ${list(event.with)}`}: ${event.reason}`,
  LandingWaited: (event) =>
    `landing of ${list(event.tasks)} waits: ${event.reason}${event.files.length === 0 ? "" : ` (${names(event.files)})`}`,
  Landed: (event) => `landed ${list(event.tasks)} on ${event.target} at ${short(event.commit)} (${event.mode})`,
  CheckoutFollowed: (event) => `your checkout ${event.path} follows ${event.target} to ${short(event.commit)}`,
  Kept: (event) =>
    `kept ${count(event.files, "file")} at ${event.ref} (${event.reason})${event.left.length === 0 ? "" : `; left out: ${names(event.left)}`}`,
  KeepDropped: (event) => `keep dropped: ${event.ref}, it was at ${short(event.commit)}`,
  RefRestored: restored,
  TreeRemoved: (event) => `tree removed: ${event.tree}`,
  BranchDeleted: (event) => `branch ${event.branch} deleted, it was at ${short(event.commit)}`,
  Recovered: (event) => `recovered: ${event.what}`,
  Warned: (event) => `warning: ${event.message} (${event.hint})`,
}

const wordsOf = <Type extends Event["type"]>(type: Type, event: EventOf<Type>): string => words[type](event)

/** What happened, in one line for a person: `#12 gate test: pass in 1.2 s`. */
export const eventText = (event: Event): string => {
  const head = "task" in event && event.task !== undefined ? `#${event.task} ` : ""
  return head + fitted(plainLine(wordsOf(event.type, event)), wordsLength)
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
