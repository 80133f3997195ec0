import * as Effect from "effect/Effect"
import { slugIn } from "../../domain/text/slug.ts"
import type { Task } from "../../domain/task/task.ts"
import type { Tree } from "../../domain/task/tree.ts"
import { gateChange, overlaid } from "../../steps/gate/gateChange.ts"
import type { GatesInForce } from "../../steps/gate/gateSettings.ts"
import { holdJudged, letJudgedGo } from "../../steps/keep/holdJudged.ts"
import { judge } from "../../steps/gate/judge.ts"
import type { JudgeRequest } from "../../steps/gate/judgeRequest.ts"
import { listTasks } from "../../steps/task/record.ts"
import { seeTags } from "../../steps/gate/seeTags.ts"
import { Refs } from "../../world/git/refs.ts"
import { Board } from "../context/board.ts"
import { watched } from "../context/configured.ts"
import { gatesAt, resolveTerms } from "./gates.ts"
import { RunContext } from "../context/runContext.ts"
import { TargetWatch } from "../context/targetWatch.ts"

/** What every checkout has: the tags, and the target by its name, as the target's side has them. */
export const namesAt = Effect.fn("namesAt")(function* (target: string) {
  const { branchRef, targetRef } = yield* RunContext
  return new Map([...(yield* seeTags()), [branchRef, target], [targetRef, target]])
})

/** Has the gates in force judge one commit, or a tree that no commit holds yet, in a clean checkout of exactly it. */
export const judgeCommit = Effect.fn("judgeCommit")(function* (
  commit: string,
  task: Task | undefined,
  inForce: GatesInForce,
  options: Pick<JudgeRequest, "why" | "confirmRed" | "base" | "onlyPlans" | "onto"> & { readonly target: string },
) {
  const board = yield* Board
  const { treeRoot, settings } = yield* RunContext
  const refs = yield* namesAt(options.target)
  const judged = judge({
    commit,
    inForce,
    refs,
    only: task?.gates,
    task: task === undefined ? undefined : judgedTask(task, slugIn(yield* listTasks(), task)),
    ...options,
    // The first pass after a red must not owe anything to what an earlier checkout left.
    cold: task?.attempts.at(-1)?.reason?.startsWith("gate ") ?? false,
    root: treeRoot,
    graceMs: settings.limits.graceMs,
    onEvent: board.emit,
  })
  if (task === undefined) return yield* watched("the gates", judged)
  const hold = { task: task.id, what: options.why }
  const held = Effect.ensuring(Effect.andThen(holdJudged(hold, commit), judged), letJudgedGo(hold))
  return yield* watched(`the gates of task ${task.id}`, held)
})

const judgedTask = (task: Task, slug: string) => ({
  id: task.id,
  slug,
  title: task.title,
  attempt: Math.max(1, task.attempts.length),
  ...(task.branch === undefined ? {} : { branch: task.branch }),
})

/** Judges a task's own commit, with what judges it as the target has it: a branch can't weaken its own gate. */
export const judgeOwn = Effect.fn("judgeOwn")(function* (task: Task, tree: Tree, tip: string) {
  const refs = yield* Refs
  const watch = yield* TargetWatch
  const { targetRef } = yield* RunContext
  // What somebody put on the target past osier has no say before it was judged itself.
  const target = watch.good ?? (yield* refs.read(targetRef)) ?? tree.base
  const inForce = yield* gatesAt(target)
  const change = yield* gateChange({ candidate: tip, target, base: tree.base, inForce, resolve: yield* resolveTerms })
  const judged = change.held.length === 0 ? tip : yield* overlaid({ candidate: tip, target, change })
  // A gate that is red now and then would cost another attempt of the agent.
  return yield* judgeCommit(judged, task, inForce, { why: "own", base: tree.base, target, onto: tip, confirmRed: true })
})
