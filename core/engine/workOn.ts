import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { FailureClass } from "../domain/outcome.ts"
import type { Attempt, Task } from "../domain/task.ts"
import type { Tree } from "../domain/tree.ts"
import { commitTitle } from "../domain/commitTitle.ts"
import { gateEvidence } from "../domain/judgement.ts"
import type { Outcome } from "../plugin.ts"
import { inScope } from "../domain/scope.ts"
import { attempt } from "../steps/attempt.ts"
import { commitWork } from "../steps/commitWork.ts"
import type { Held } from "../steps/lock.ts"
import { RunIdentity } from "../world/runIdentity.ts"
import { Board } from "./board.ts"
import { guard } from "./guard.ts"
import { Holds } from "./holds.ts"
import { judgeOwn } from "./judgeCommit.ts"
import { writeMarker } from "./marker.ts"
import type { Marker } from "./marker.ts"
import { prepare } from "./prepare.ts"
import { RunContext } from "./runContext.ts"
import { Slots } from "./slots.ts"
import { transition, withoutReason } from "./transition.ts"

/** An attempt did not come to work that may land; the class says whose budget it is charged to. */
export class AttemptLost extends Data.TaggedError("AttemptLost")<{
  readonly class: FailureClass
  readonly reason: string
  readonly evidence?: string
  readonly session?: string
  readonly notBefore?: number
  /** The agent's program can't work at all; the next task of that agent would find the same. */
  readonly agentBroken?: boolean
}> {
  override get message() {
    return this.reason
  }
}

/** What the train is offered. */
export interface Finished {
  readonly tip: string
  readonly base: string
  readonly branch: string
  readonly gated: boolean
  /** Files of the user's checkout that changed while it was worked on, and that it is about, too. */
  readonly outside?: readonly string[]
}

/** How often a provider may refuse before its refusal counts as the task's failure. */
const refusalsMax = 20

/**
 * Attempts at a task in its tree, until one passes its gates or the budget of its kind of failure is spent. A provider that
 * is over quota or down costs no attempt; a missing program costs one and holds all others of that agent.
 */
export const workOn = Effect.fn("workOn")(function* (
  held: Held,
  task: Task,
  tree: Tree,
  evidence: string | undefined,
  /** Work that an earlier owner's agent had finished: it is judged first, without running the agent again. */
  finished?: Marker,
) {
  const { settings } = yield* RunContext
  const board = yield* Board
  const holds = yield* Holds
  const slots = yield* Slots
  const budget = task.retries ?? settings.limits.retries
  let current = task
  let told = evidence
  let refusals = 0
  for (let spent = 0; ;) {
    const n = current.attempts.length + 1
    const fresh = spent > 0 || refusals > 0 || finished === undefined
    const tried = fresh ? oneAttempt(held, current, tree, n, told) : passGates(held, current, tree, n, finished.tip)
    const lost = yield* Effect.catchTag(tried, "AttemptLost", (error) => Effect.succeed(error))
    if (!(lost instanceof AttemptLost)) return lost
    if (lost.class === "provider" && refusals < refusalsMax) {
      refusals++
      const until = yield* holds.rest(agentOf(current, settings.agent), lost.reason, lost.notBefore)
      const event = { type: "TaskWaited", task: task.id, reason: lost.reason, until: new Date(until).toISOString() } as const
      yield* board.wait(task.id, { reason: lost.reason, hint: `It goes on by itself at ${event.until}.` }, event)
      // Nobody who asks another provider has to wait for this one.
      yield* slots.lend(Effect.sleep(Math.max(0, until - (yield* Clock.currentTimeMillis))))
      yield* board.wait(task.id, undefined)
      continue
    }
    if (lost.agentBroken === true) yield* holds.break(agentOf(current, settings.agent), lost.reason)
    spent++
    const record: Attempt = {
      n,
      agent: agentOf(current, settings.agent),
      outcome: lost.class,
      reason: lost.reason,
      ...(lost.session === undefined ? {} : { session: lost.session }),
    }
    const failed = { type: "AttemptFailed", task: task.id, attempt: n, class: lost.class, reason: lost.reason } as const
    current = yield* transition(
      held,
      (old) => ({ ...old, status: "failed", reason: lost.reason, attempts: [...old.attempts, record] }),
      failed,
    )
    if ((lost.class !== "work" && lost.class !== "outside") || spent > budget) return yield* lost
    told = lost.evidence ?? lost.reason
    const again = { type: "TaskRetried", task: task.id, attempt: n + 1, reason: lost.reason } as const
    current = yield* transition(held, (old) => ({ ...withoutReason(old), status: "running" }), again, { "evidence.md": told })
  }
})

const titled = (task: Task) => ({ title: task.title, ...(task.type === undefined ? {} : { type: task.type }) })

const agentOf = (task: Task, fallback: string | undefined): string => task.agent ?? fallback ?? "none"

/** One try: agent, commit, gates. */
const oneAttempt = Effect.fnUntraced(function* (held: Held, task: Task, tree: Tree, n: number, evidence: string | undefined) {
  const { settings, hooks } = yield* RunContext
  const { committer } = yield* RunIdentity
  const board = yield* Board
  const holds = yield* Holds
  const { profile, job, adapter } = yield* prepare(task, tree, n, evidence)
  const started = {
    type: "AttemptStarted",
    task: task.id,
    attempt: n,
    agent: profile.name,
    adapter: profile.adapter,
    tree: tree.path,
    branch: tree.branch,
  } as const
  yield* board.emit(started)
  const { outcome, attributed, noticed } = yield* guard(task, tree, n, ({ env, named }) =>
    attempt({
      adapter,
      job: { ...job, env: { ...job.env, ...env } },
      attemptMs: task.limits?.attempt ?? profile.attemptMs ?? settings.limits.attemptMs,
      idleMs: task.limits?.idle ?? profile.idleMs ?? settings.limits.idleMs,
      graceMs: settings.limits.graceMs,
      emit: board.emit,
      named,
    }),
  )
  if (attributed.length > 0) return yield* lost("outside", `it changed what is not its own: ${attributed.join(", ")}`, outcome)
  if (!outcome.ok) return yield* lostBy(outcome)
  yield* holds.clear(profile.name)
  const work = yield* commitWork({
    tree: tree.path,
    branch: tree.branch,
    base: tree.base,
    message: `${commitTitle(titled(task))}\n`,
    identity: committer,
    hooks,
    copied: [],
  }).pipe(Effect.catchTag("WorkRefused", (refused) => lost("work", refused.reason, outcome)))
  if (work.tip === tree.base) return yield* lost("work", "the agent ended well but changed nothing", outcome)
  yield* writeMarker(tree.path, { task: task.id, attempt: n, base: tree.base, branch: tree.branch, tip: work.tip })
  yield* board.emit({ type: "WorkCommitted", task: task.id, attempt: n, commit: work.tip, by: work.by, files: work.files })
  const finished = yield* passGates(held, task, tree, n, work.tip, outcome)
  const shared = noticed.filter((path) => settings.outside === "hold" || work.files.includes(path) || inScope(task.scope)(path))
  return shared.length === 0 ? finished : { ...finished, outside: shared }
})

/** Judges the task's own commit, and records it as completed when it passes. */
export const passGates = Effect.fn("passGates")(function* (held: Held, task: Task, tree: Tree, n: number, tip: string, outcome?: Outcome) {
  const { settings } = yield* RunContext
  const judgement = yield* judgeOwn(task, tree, tip)
  if (judgement.gated && judgement.verdict !== "pass") {
    const failing = judgement.verdicts.find((one) => one.verdict !== "pass")
    const reason = `gate ${failing?.gate ?? ""}: ${failing?.verdict ?? judgement.verdict}`
    const kind = judgement.verdict === "unrunnable" ? "environment" : "work"
    return yield* lost(kind, reason, outcome, gateEvidence(judgement))
  }
  const record: Attempt = {
    n,
    agent: agentOf(task, settings.agent),
    outcome: "ok",
    ...(outcome?.session === undefined ? {} : { session: outcome.session }),
  }
  yield* transition(
    held,
    (old) => ({
      ...withoutReason(old),
      status: "completed",
      tip,
      base: tree.base,
      branch: tree.branch,
      attempts: [...old.attempts, record],
    }),
    { type: "TaskCompleted", task: task.id, commit: tip, gated: judgement.gated },
    { "result.json": `${JSON.stringify({ tip, text: outcome?.text ?? "", verdicts: judgement.verdicts }, undefined, 2)}\n` },
  )
  return { tip, base: tree.base, branch: tree.branch, gated: judgement.gated } satisfies Finished
})

const lost = (kind: FailureClass, reason: string, outcome?: Outcome, evidence?: string) =>
  Effect.fail(
    new AttemptLost({
      class: kind,
      reason,
      ...(evidence === undefined ? {} : { evidence }),
      ...(outcome?.session === undefined ? {} : { session: outcome.session }),
    }),
  )

const lostBy = (outcome: Outcome) =>
  Effect.fail(
    new AttemptLost({
      class: outcome.class ?? "work",
      agentBroken: outcome.class === "environment",
      reason: outcome.reason,
      ...(outcome.session === undefined ? {} : { session: outcome.session }),
      ...(outcome.notBefore === undefined ? {} : { notBefore: outcome.notBefore }),
      evidence: [outcome.reason, outcome.text].filter((text) => text !== undefined && text !== "").join("\n\n"),
    }),
  )
