import * as Schema from "effect/Schema"
import { FailureClass, Verdict } from "../task/outcome.ts"

/**
 * Every event's head: its place in the journal, when (ISO 8601, UTC), and the run that wrote it ("" outside of runs).
 * Places start at 1. `seq: 0` is an event without a place yet: the disk takes nothing at the moment, so it is told only inside the
 * process that wrote it (its screen, its `--json`); in the journal, and so on the socket, it appears later with its real place.
 */
const head = { seq: Schema.Natural, at: Schema.String, run: Schema.String }

/** One kind of event: its name, what it says, and its fields beyond the head. */
const event = <const Type extends string, const Fields extends Schema.Struct.Fields>(type: Type, says: string, fields: Fields) =>
  Schema.Struct({ ...head, type: Schema.Literal(type), ...fields }).annotate({ description: says })

const maybe = Schema.optionalKey
const task = Schema.Natural
const attempt = Schema.Natural
const text = Schema.String
const ms = Schema.Finite
const texts = Schema.Array(Schema.String)
const tasks = Schema.Array(Schema.Natural)

/** All that can happen, past tense. The same encoding goes to the journal file, the websocket and `--json`. */
export const Event = Schema.Union([
  event("JournalStarted", "The first line of every journal, with its name. A `since` of another journal is answered by a reset.", {
    journal: text,
  }),
  event("RunStarted", "A run begins: the branch it lands on, how many tasks at once, and the gates that judge them.", {
    target: text,
    base: text,
    tasks,
    concurrency: Schema.Natural,
    pid: Schema.Natural,
    host: text,
    gates: texts,
  }),
  event("RunDraining", "The run starts nothing new; tasks under way finish.", { reason: text }),
  event("RunEnded", "The run is over: how each task ended, and the exit code.", {
    landed: tasks,
    failed: tasks,
    blocked: tasks,
    waiting: tasks,
    exit: Schema.Natural,
  }),
  event("TaskAdded", "A task came into the store.", { task, title: text, agent: text, needs: tasks, source: maybe(text) }),
  event("TaskClaimed", "This run owns the task now. `from` is the owner it was taken from by force.", {
    task,
    fence: Schema.Natural,
    owner: text,
    from: maybe(text),
  }),
  event("TaskReleased", "The task is free again.", { task, reason: text }),
  event("TaskBlocked", "A need failed or was discarded; `by` names it.", { task, by: tasks, reason: text }),
  event(
    "TaskWaited",
    "The task waits for something other than a need: a scope, a provider, another owner. `until` ends the wait by itself.",
    { task, reason: text, until: maybe(text) },
  ),
  event("TreeMade", "The task's tree and branch exist.", { task, tree: text, branch: text, base: text, ms }),
  event("SetupRan", "A command of `tree.setup` ended.", { task: maybe(task), command: texts, code: Schema.Finite, ms }),
  event("AttemptStarted", "An agent is about to work on the task.", {
    task,
    attempt,
    agent: text,
    adapter: text,
    tree: text,
    branch: text,
  }),
  event("AgentStarted", "The agent's program runs.", { task, attempt, pid: maybe(Schema.Natural), session: maybe(text), ms }),
  event("AgentSaid", "The agent's own words.", { task, attempt, text }),
  event("AgentUsed", "The agent used a tool.", { task, attempt, tool: text, detail: maybe(text), ok: maybe(Schema.Boolean) }),
  event("AgentSpent", "Tokens and money, as far as the agent reports them.", {
    task,
    attempt,
    inputTokens: maybe(Schema.Finite),
    outputTokens: maybe(Schema.Finite),
    costUsd: maybe(Schema.Finite),
  }),
  event("AgentFolded", "This many events of the agent are left out here, because they came faster than anyone can read.", {
    task,
    attempt,
    events: Schema.Natural,
  }),
  event("AgentRetried", "The agent's program tries again by itself, for example after an overload.", {
    task,
    attempt,
    reason: text,
    delayMs: maybe(ms),
  }),
  event("AgentAsked", "The agent asked a person a question.", { task, attempt, question: text }),
  event("AgentEnded", "The agent ended. `ok` is the agent's own claim, not a verdict.", {
    task,
    attempt,
    ok: Schema.Boolean,
    class: maybe(FailureClass),
    reason: text,
    session: maybe(text),
    ms,
  }),
  event("ProcessesReaped", "Processes that were still running were ended.", {
    task: maybe(task),
    processes: Schema.Array(Schema.Struct({ pid: Schema.Natural, command: text })),
  }),
  event("WorkCommitted", "The work is committed; `by` says whether the agent or osier wrote the commit.", {
    task,
    attempt,
    commit: text,
    by: Schema.Literals(["agent", "osier"]),
    files: texts,
  }),
  event("ChangedOutside", "Something outside the tree changed. `attributed`: evidence shows that the attempt did it.", {
    task: maybe(task),
    what: texts,
    attributed: Schema.Boolean,
  }),
  event(
    "TargetJudged",
    "The target was judged: before the first agent, or because something else moved it from `previous`. No verdict: no gates.",
    { target: text, commit: text, previous: maybe(text), verdict: maybe(Verdict), reason: maybe(text), lines: maybe(texts) },
  ),
  event("ChangesUndone", "A read-only agent wrote something. Its tree is removed, and what it wrote is on a keep.", {
    task,
    attempt,
    what: texts,
    keep: maybe(text),
  }),
  event("ReportWritten", "An exploration or a plan left its report in the task's record, as `report.md`.", {
    task,
    attempt,
    lines: Schema.Natural,
  }),
  event("PlanProposed", "An agent proposed tasks. They stand in the task's record, as `proposal.yaml`, until a person accepts them.", {
    task,
    titles: texts,
  }),
  event("PlanAccepted", "A person accepted a proposal; `children` are its tasks.", { task, children: tasks }),
  event("GateStarted", "A gate begins to judge a tree; `tree` is the id of that git tree.", { task: maybe(task), gate: text, tree: text }),
  event("GateJudged", "The verdict of a gate. `task` is absent when a combination or the target itself was judged.", {
    task: maybe(task),
    tree: text,
    gate: text,
    verdict: Verdict,
    ms,
    cached: Schema.Boolean,
    reason: maybe(text),
    log: maybe(text),
  }),
  event("AttemptFailed", "An attempt ended without success. `hint` is what to type, `keep` holds the work.", {
    task,
    attempt,
    class: FailureClass,
    reason: text,
    hint: maybe(text),
    keep: maybe(text),
  }),
  event("TaskRetried", "The task goes back to an agent, with the reason.", { task, attempt, reason: text }),
  event("TaskCompleted", "The task's commit passed its gates (`gated`), or no gate is configured.", {
    task,
    commit: text,
    gated: Schema.Boolean,
    reason: maybe(text),
  }),
  event("TaskHeld", "The task waits for a person; `hint` is what to type.", { task, reason: text, paths: texts, hint: text }),
  event("TaskFailed", "The task has used up its attempts.", { task, class: FailureClass, reason: text, keep: maybe(text) }),
  event("TaskDiscarded", "The task was given up.", { task, keep: maybe(text) }),
  event("TaskMerged", "The task is part of the target, or had nothing to land.", { task, commit: maybe(text), reason: maybe(text) }),
  event("Queued", "The task is in the train.", { task, tip: text, target: text }),
  event("Conflicted", "The work cannot be merged as it is: `files` conflict, and `with` landed before it.", {
    task,
    with: tasks,
    files: texts,
    evidence: maybe(text),
  }),
  event("Ejected", "The task left the train; `with` names its partners in a red combination.", {
    task,
    with: tasks,
    reason: text,
    evidence: maybe(text),
  }),
  event("LandingWaited", "Files in your checkout are in the way. The landing goes on when they are free.", {
    tasks,
    reason: text,
    files: texts,
  }),
  event("Landed", "The target moved from `previous` to `commit`.", { tasks, commit: text, target: text, previous: text, mode: text }),
  event("CheckoutFollowed", "Your checkout of the target was brought to the new commit.", { target: text, commit: text, path: text }),
  event("Kept", "Work that did not land is on a ref; `left` names what is not in it.", {
    task,
    attempt,
    ref: text,
    commit: text,
    reason: text,
    files: Schema.Natural,
    left: texts,
  }),
  event("KeepDropped", "A person dropped a keep, by `osier keep drop`.", { ref: text, commit: text }),
  event("RefRestored", "A ref of osier's was deleted, or moved to `found`, by something else, and was put back.", {
    ref: text,
    restored: text,
    found: maybe(text),
  }),
  event("TreeRemoved", "A tree is removed; its work has landed or is kept.", { task, tree: text }),
  event("BranchDeleted", "A branch is deleted; `commit` was its tip.", { task, branch: text, commit: text }),
  event("Recovered", "Something that an earlier run left was put right.", { task: maybe(task), what: text }),
  event("Warned", "Something a person should know, and what to type.", { task: maybe(task), message: text, hint: text }),
])
export type Event = typeof Event.Type

/** One kind of event, by its name. */
export type EventOf<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>

type Body<E> = E extends Event ? Omit<E, "seq" | "at" | "run"> : never

/** What a writer says; the journal adds `seq`, `at` and `run`. */
export type EventBody = Body<Event>
