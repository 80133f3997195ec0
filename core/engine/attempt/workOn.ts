import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Attempt, Task } from "../../domain/task/task.ts"
import type { Tree } from "../../domain/task/tree.ts"
import { commitTitle } from "../../domain/task/commitTitle.ts"
import { gateEvidence, ungated } from "../../domain/task/judgement.ts"
import { heldBy } from "../../domain/task/attemptState.ts"
import type { AttemptState } from "../../domain/task/attemptState.ts"
import { closingWords, withAttempt } from "../../domain/task/attemptRecord.ts"
import { fitted, plainLine } from "../../domain/text/plainText.ts"
import { questionIn } from "../../domain/task/question.ts"
import { spentTogether } from "../../domain/task/spent.ts"
import type { AttemptEnd } from "../../steps/attempt/attempt.ts"
import { inScope } from "../../domain/task/scope.ts"
import { commitWork } from "../../steps/attempt/commitWork.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { Files } from "../../world/machine/files.ts"
import { GitFailed } from "../../world/git/git.ts"
import type { CannotStart } from "../../world/machine/process.ts"
import { Repository } from "../../world/git/repository.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { charged, lost, lostBy } from "../context/attemptLost.ts"
import { dropAttemptFolders, writeAttempt } from "../tree/attemptState.ts"
import { agentOf, attempts } from "./attempts.ts"
import { Board } from "../context/board.ts"
import { watched } from "../context/configured.ts"
import { Holds } from "../context/holds.ts"
import { judgeOwn } from "../judge/judgeCommit.ts"
import { markOf } from "../tree/mark.ts"
import type { Last } from "./prepare.ts"
import { runAgent } from "./runAgent.ts"
import { RunContext } from "../context/runContext.ts"
import { showBranch } from "./showBranch.ts"
import { Slots } from "../context/slots.ts"
import { TargetWatch } from "../context/targetWatch.ts"
import { tellStrays } from "./tellStrays.ts"
import { transition, withoutReason } from "../context/transition.ts"

/** What the train is offered. */
export interface Finished {
  readonly tip: string
  readonly base: string
  readonly branch: string
  readonly gated: boolean
  /** Files of the user's checkout that changed while it was worked on, and that it is about, too. */
  readonly outside?: readonly string[]
}

/** Attempts at a task in its tree, until one passes its gates or the budget of its kind of failure is spent. */
export const workOn = Effect.fn("workOn")(function* (
  held: Held,
  task: Task,
  tree: Tree,
  evidence: string | undefined,
  /** Work that an earlier owner's agent had finished: it is taken and judged first, without running the agent again. */
  finished?: AttemptState,
) {
  const slots = yield* Slots
  const one = (current: Task, n: number, told: string | undefined, again: boolean) => {
    const tried =
      again || finished === undefined
        ? orTreeGone(tree, oneAttempt(held, current, tree, n, { evidence: told, sameTree: again }))
        : takeWork(held, current, tree, finished)
    return Effect.catchTag(tried, "AttemptLost", (error) => Effect.succeed(error))
  }
  // Nobody who asks another provider has to wait for this one.
  return yield* attempts(held, task, evidence, one, slots.lend)
})

/** No program starts in a folder that is gone: that is no fault of git's, and the next attempt would find the same. */
const orTreeGone = <A, E, R>(tree: Tree, part: Effect.Effect<A, E | CannotStart, R>) =>
  Effect.tapErrorTag(part, "CannotStart", () => stillThere(tree))

const stillThere = Effect.fnUntraced(function* (tree: Tree) {
  const files = yield* Files
  // What can't be looked at is not gone.
  const there = files.stat(tree.path).pipe(
    Effect.map((stat) => stat !== undefined),
    Effect.orElseSucceed(() => true),
  )
  if (yield* there) return
  return yield* lost("environment", `its tree ${tree.path} was removed while it worked`)
})

const lookAgain = Schedule.jittered(Schedule.spaced("2 seconds"))

/** For what ends because somebody killed a git of ours. */
const onceMore = { times: 2, while: (error: unknown) => error instanceof GitFailed && error.killed }

const titled = (task: Task) => ({ title: task.title, ...(task.type === undefined ? {} : { type: task.type }) })

/** One try: agent, commit, gates. */
const oneAttempt = Effect.fnUntraced(function* (held: Held, task: Task, tree: Tree, n: number, last: Last) {
  const started = yield* Clock.currentTimeMillis
  const holds = yield* Holds
  const { agent, outcome, attributed, state } = yield* runAgent(held, task, tree, n, last)
  if (attributed.length > 0) return yield* lost("outside", `it changed what is not its own: ${attributed.join(", ")}`, outcome)
  // Whatever the agent says of it then is no fault of its work.
  yield* charged(stillThere(tree))
  if (!outcome.ok) return yield* lostBy(outcome)
  yield* holds.clear(agent)
  return yield* takeWork(held, task, tree, state, { outcome, started })
})

/** Makes commits of what an agent left in its tree, and has them judged; the same for what another process let its agent do. */
const takeWork = Effect.fnUntraced(function* (
  held: Held,
  task: Task,
  tree: Tree,
  state: Omit<AttemptState, "fence">,
  by?: { readonly outcome: AttemptEnd; readonly started: number },
) {
  const { settings, hooks, words } = yield* RunContext
  const { committer, stated } = yield* RunIdentity
  const { commonDir } = yield* Repository
  const board = yield* Board
  const n = state.attempt
  const outcome = by?.outcome
  const taken = commitWork({
    tree: tree.path,
    gitDir: tree.gitDir,
    branch: tree.branch,
    base: tree.base,
    message: `${commitTitle(titled(task), (yield* words).title)}\n`,
    identity: stated ? undefined : committer,
    hooks,
    hooksMs: task.limits?.attempt ?? settings.limits.attemptMs,
    mark: markOf(commonDir, task.id, held, n),
  })
  const work = yield* watched(`the commit hooks of task ${task.id}`, taken, { task: task.id }).pipe(
    Effect.catchTag("WorkRefused", (refused) => lost(refused.retry ? "work" : "environment", refused.reason, outcome)),
    (part) => charged(orTreeGone(tree, part)),
  )
  if (work.tip === tree.base) return yield* unchanged(outcome)
  const shared = heldBy(state.noticed, work.files, (path) => settings.outside === "hold" || inScope(task.scope)(path))
  const outside = [...shared, ...state.obeyed]
  const done = { tip: work.tip, ...(outside.length === 0 ? {} : { outside }) }
  yield* charged(writeAttempt(held, { ...state, finished: work.tip }))
  yield* board.emit({ type: "WorkCommitted", task: task.id, attempt: n, commit: work.tip, by: work.by, files: work.files })
  yield* tellStrays(task, work.files)
  return yield* passGates(held, task, tree, n, done, by)
})

/** Nothing was done, and the agent's last words say why; where they ask, a person has to answer. */
const unchanged = (outcome: AttemptEnd | undefined) => {
  const said = plainLine(outcome?.text ?? "")
  const question = questionIn(outcome?.text ?? "") ?? (outcome?.question?.endsWith("?") === true ? plainLine(outcome.question) : undefined)
  if (question !== undefined && outcome?.session !== undefined) return lost("question", question, outcome)
  return lost("work", `the agent ended well but changed nothing${said === "" ? "" : `: ${fitted(said, 200)}`}`, outcome)
}

/** Judges the task's own commit, and records it as completed when it passes. */
export const passGates = Effect.fn("passGates")(function* (
  held: Held,
  task: Task,
  tree: Tree,
  n: number,
  { tip, outside }: Pick<Finished, "tip" | "outside">,
  by?: { readonly outcome: AttemptEnd; readonly started: number },
) {
  const { settings } = yield* RunContext
  const outcome = by?.outcome
  const judgement = yield* charged(Effect.retry(judgeOwn(task, tree, tip), onceMore))
  if (judgement.gated && judgement.verdict !== "pass") {
    const failing = judgement.verdicts.find((one) => one.verdict !== "pass")
    const { red } = yield* TargetWatch
    const too = failing !== undefined && red.get(tree.base)?.gate === failing.gate ? "; the target fails this too" : ""
    const reason = `gate ${failing?.gate ?? ""}: ${failing?.verdict ?? judgement.verdict}${too}`
    const kind = judgement.verdict === "unrunnable" ? "environment" : "work"
    return yield* lost(kind, reason, outcome, gateEvidence(judgement))
  }
  // A remote that stumbles is no reason to do it all again: whoever holds our lease ends this when that can't be kept.
  yield* Effect.retry(showBranch(task.id, tree.branch, tip), { while: (error) => error._tag === "RemoteUnreachable", schedule: lookAgain })
  const unseen = outside === undefined ? {} : { outside }
  const said = closingWords(outcome?.text)
  const spent = spentTogether([task.attempts.find((one) => one.n === n)?.spent, outcome?.spent])
  const record: Attempt = {
    n,
    agent: agentOf(task, settings.agent),
    outcome: "ok",
    ...(said === undefined ? {} : { said }),
    ...(Object.keys(spent).length === 0 ? {} : { spent }),
    ...(outcome?.session === undefined ? {} : { session: outcome.session }),
    ...(by === undefined ? {} : { ms: (yield* Clock.currentTimeMillis) - by.started }),
  }
  yield* transition(
    held,
    (old) => ({
      ...withoutReason(old),
      ...(judgement.gated ? {} : { reason: ungated }),
      status: "completed",
      tip,
      base: tree.base,
      branch: tree.branch,
      attempts: withAttempt(old.attempts, record),
    }),
    { type: "TaskCompleted", task: task.id, commit: tip, gated: judgement.gated },
    { "result.json": `${JSON.stringify({ tip, text: outcome?.text ?? "", verdicts: judgement.verdicts, ...unseen }, undefined, 2)}\n` },
  )
  yield* dropAttemptFolders(task.id).pipe(Effect.ignore)
  return { tip, base: tree.base, branch: tree.branch, gated: judgement.gated, ...unseen } satisfies Finished
})
