import * as Schema from "effect/Schema"
import { FailureClass, Verdict } from "../task/outcome.ts"

/**
 * Every event's head: its place in the journal, when (ISO 8601, UTC), and the run that wrote it ("" outside of runs).
 * Places start at 1. `seq: 0` is an event without a place yet: the disk takes nothing at the moment, so it is told only inside the
 * process that wrote it (its screen, its `--json`); in the journal, and so on the socket, it appears later with its real place.
 */
const head = { seq: Schema.Natural, at: Schema.String, run: Schema.String }

const event = <const Type extends string, const Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ ...head, type: Schema.Literal(type), ...fields })

const task = Schema.Natural
const attempt = Schema.Natural
const text = Schema.String
const ms = Schema.Finite
const texts = Schema.Array(Schema.String)
const tasks = Schema.Array(Schema.Natural)

/** All that can happen, past tense. The same encoding goes to the journal file, the websocket and `--json`. */
export const Event = Schema.Union([
  /** The first line of every journal; a `since` of another journal is answered with a reset. */
  event("JournalStarted", { journal: text }),
  event("RunStarted", { target: text, base: text, tasks, concurrency: Schema.Natural, pid: Schema.Natural, host: text, gates: texts }),
  event("RunDraining", { reason: text }),
  event("RunEnded", { landed: tasks, failed: tasks, blocked: tasks, waiting: tasks, exit: Schema.Natural }),
  event("TaskAdded", { task, title: text, agent: text, needs: tasks, source: Schema.optionalKey(text) }),
  /** `from` is who held it until this owner took it over by force. */
  event("TaskClaimed", { task, fence: Schema.Natural, owner: text, from: Schema.optionalKey(text) }),
  event("TaskReleased", { task, reason: text }),
  event("TaskBlocked", { task, by: tasks, reason: text }),
  /** Waiting for something that is not a need: an overlapping scope, a provider, a held lock; `until` ends it by itself. */
  event("TaskWaited", { task, reason: text, until: Schema.optionalKey(text) }),
  event("TreeMade", { task, tree: text, branch: text, base: text, ms }),
  event("SetupRan", { task: Schema.optionalKey(task), command: texts, code: Schema.Finite, ms }),
  event("AttemptStarted", { task, attempt, agent: text, adapter: text, tree: text, branch: text }),
  event("AgentStarted", { task, attempt, pid: Schema.optionalKey(Schema.Natural), session: Schema.optionalKey(text), ms }),
  event("AgentSaid", { task, attempt, text }),
  event("AgentUsed", { task, attempt, tool: text, detail: Schema.optionalKey(text), ok: Schema.optionalKey(Schema.Boolean) }),
  event("AgentSpent", {
    task,
    attempt,
    inputTokens: Schema.optionalKey(Schema.Finite),
    outputTokens: Schema.optionalKey(Schema.Finite),
    costUsd: Schema.optionalKey(Schema.Finite),
  }),
  /** So many events of the agent are left out here: they came faster than anybody can read. */
  event("AgentFolded", { task, attempt, events: Schema.Natural }),
  event("AgentRetried", { task, attempt, reason: text, delayMs: Schema.optionalKey(ms) }),
  event("AgentAsked", { task, attempt, question: text }),
  event("AgentEnded", {
    task,
    attempt,
    ok: Schema.Boolean,
    class: Schema.optionalKey(FailureClass),
    reason: text,
    session: Schema.optionalKey(text),
    ms,
  }),
  event("ProcessesReaped", {
    task: Schema.optionalKey(task),
    processes: Schema.Array(Schema.Struct({ pid: Schema.Natural, command: text })),
  }),
  event("WorkCommitted", { task, attempt, commit: text, by: Schema.Literals(["agent", "osier"]), files: texts }),
  event("ChangedOutside", { task: Schema.optionalKey(task), what: texts, attributed: Schema.Boolean }),
  /**
   * The target's own tip was judged: before the first agent, or, with `previous`, because something that is not osier had moved
   * it from there. Without a verdict there was no gate to ask.
   */
  event("TargetJudged", {
    target: text,
    commit: text,
    previous: Schema.optionalKey(text),
    verdict: Schema.optionalKey(Verdict),
    reason: Schema.optionalKey(text),
    lines: Schema.optionalKey(texts),
  }),
  /** An agent that may only read has written all the same; its tree is gone, and what it wrote is kept. */
  event("ChangesUndone", { task, attempt, what: texts, keep: Schema.optionalKey(text) }),
  /** The answer of an exploration, or the words beside a plan, stand in the task's record as `report.md`. */
  event("ReportWritten", { task, attempt, lines: Schema.Natural }),
  /** An agent proposed tasks; they stand in the task's record as `proposal.yaml` until a person accepts them. */
  event("PlanProposed", { task, titles: texts }),
  event("PlanAccepted", { task, children: tasks }),
  /** `tree` is the id of the tree that was judged; `task` is absent when a combination or the target itself was judged. */
  event("GateStarted", { task: Schema.optionalKey(task), gate: text, tree: text }),
  event("GateJudged", {
    task: Schema.optionalKey(task),
    tree: text,
    gate: text,
    verdict: Verdict,
    ms,
    cached: Schema.Boolean,
    reason: Schema.optionalKey(text),
    log: Schema.optionalKey(text),
  }),
  event("AttemptFailed", {
    task,
    attempt,
    class: FailureClass,
    reason: text,
    hint: Schema.optionalKey(text),
    keep: Schema.optionalKey(text),
  }),
  event("TaskRetried", { task, attempt, reason: text }),
  event("TaskCompleted", { task, commit: text, gated: Schema.Boolean, reason: Schema.optionalKey(text) }),
  event("TaskHeld", { task, reason: text, paths: texts, hint: text }),
  event("TaskFailed", { task, class: FailureClass, reason: text, keep: Schema.optionalKey(text) }),
  event("TaskDiscarded", { task, keep: Schema.optionalKey(text) }),
  event("TaskMerged", { task, commit: Schema.optionalKey(text), reason: Schema.optionalKey(text) }),
  event("Queued", { task, tip: text, target: text }),
  event("Conflicted", { task, with: tasks, files: texts, evidence: Schema.optionalKey(text) }),
  event("Ejected", { task, with: tasks, reason: text, evidence: Schema.optionalKey(text) }),
  event("LandingWaited", { tasks, reason: text, files: texts }),
  event("Landed", { tasks, commit: text, target: text, previous: text, mode: text }),
  event("CheckoutFollowed", { target: text, commit: text, path: text }),
  event("Kept", { task, attempt, ref: text, commit: text, reason: text, files: Schema.Natural, left: texts }),
  /** A keep was given up by a person's word. */
  event("KeepDropped", { ref: text, commit: text }),
  /**
   * A ref of osier's own was deleted, or moved to `found`, by something that is not osier, and was put back to what is known of
   * it. A lock's owner writes its own anew.
   */
  event("RefRestored", { ref: text, restored: text, found: Schema.optionalKey(text) }),
  event("TreeRemoved", { task, tree: text }),
  event("BranchDeleted", { task, branch: text, commit: text }),
  event("Recovered", { task: Schema.optionalKey(task), what: text }),
  event("Warned", { task: Schema.optionalKey(task), message: text, hint: text }),
])
export type Event = typeof Event.Type

/** One kind of event, by its name. */
export type EventOf<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>

type Body<E> = E extends Event ? Omit<E, "seq" | "at" | "run"> : never

/** What a writer says; the journal adds `seq`, `at` and `run`. */
export type EventBody = Body<Event>
