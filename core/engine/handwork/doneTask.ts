import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Place } from "../../domain/lock/claim.ts"
import { gateEvidence, lastPart, ungated } from "../../domain/task/judgement.ts"
import { claimMs } from "../../domain/lock/lock.ts"
import type { Attempt, Task } from "../../domain/task/task.ts"
import { isOver } from "../../domain/task/task.ts"
import { dropClaim, regainClaim } from "../../steps/task/claims.ts"
import { readCopied } from "../../steps/tree/copyFiles.ts"
import { isAncestor } from "../../steps/commit/isAncestor.ts"
import { releaseLock, renewLock, sweepLock } from "../../steps/lock/lock.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { lostPointers } from "../../steps/attempt/lostPointers.ts"
import { readTask } from "../../steps/task/record.ts"
import { gitDirOf } from "../../steps/commit/treeEntries.ts"
import { workIn } from "../../steps/tree/workIn.ts"
import { Refs } from "../../world/git/refs.ts"
import { WrongState } from "../run/again.ts"
import { Board } from "../context/board.ts"
import { standingPlace } from "../tree/handTree.ts"
import { judgeOwn } from "../judge/judgeCommit.ts"
import { keepAndRemove } from "../tree/plant.ts"
import { reportOf } from "../run/reportOf.ts"
import { announce, conclude, run } from "../run/run.ts"
import { RunContext } from "../context/runContext.ts"
import { tellStrays } from "../attempt/tellStrays.ts"
import { showBranch } from "../attempt/showBranch.ts"
import { transition, withoutReason } from "../context/transition.ts"

/** What was done is not what "done" means: commits ahead of the base, and nothing left uncommitted. */
export class NotDone extends Data.TaggedError("NotDone")<{ readonly id: number; readonly reason: string; readonly hint: string }> {
  override get message() {
    return `task ${this.id} is not done: ${this.reason}`
  }
  readonly exit = 1
}

/**
 * Somebody says that the task they claimed is done. Their word counts for nothing: there must be commits and a clean tree,
 * and they must pass the gates in a clean checkout; then the train lands them as it does all others, under their claim.
 * What it will not land is theirs again.
 */
export const doneTask = Effect.fn("doneTask")(function* (id: number) {
  const board = yield* Board
  const regained = yield* regainClaim(id)
  // As long as this works nobody shall take the task away because the claim was a short one.
  const held: Held = { ...regained.held, leaseMs: Math.max(regained.held.leaseMs, claimMs) }
  yield* renewLock(held)
  const { task } = yield* readTask(id)
  yield* board.put(task)
  if (task.status !== "running" && task.status !== "completed") return yield* new WrongState({ id, status: task.status, wanted: "running" })
  const place = (yield* standingPlace(id)) ?? regained.claim.place
  if (task.status === "running") yield* complete(held, task, place)
  const report = place?.tree === false ? yield* onOwnBranch(id, place) : yield* run({ ids: [id] }, { task: id, held })
  const { task: after } = yield* readTask(id)
  if (after.status === "running") {
    const reason = after.reason ?? "the train sent it back"
    return yield* new NotDone({ id, reason, hint: `Mend it in ${place?.path ?? "its tree"}, commit, and say \`osier done ${id}\` again.` })
  }
  const standing = yield* standingPlace(id)
  if (standing !== undefined) yield* keepAndRemove(held, id, standing, "left in the tree beside the finished work")
  yield* dropClaim(id)
  yield* isOver(after.status) && after.fence === held.fence ? sweepLock(held) : releaseLock(held)
  return report
})

/** On a branch of the user's own there is nothing that osier would land by itself: they merge it as they do. */
const onOwnBranch = Effect.fnUntraced(function* (id: number, place: Place) {
  const board = yield* Board
  const started = yield* Clock.currentTimeMillis
  yield* announce([id])
  const reason = `complete on ${place.branch}, in your checkout`
  const hint = `Merge it as you do, or have it landed: \`osier land ${id}\`.`
  if (board.task(id)?.status === "completed") yield* board.hold(id, reason, hint, { review: true })
  const ms = (yield* Clock.currentTimeMillis) - started
  const report = reportOf(board.tasks(), new Set([id]), board.waits(), { ms, interrupted: false })
  yield* conclude(report)
  return report
})

/** Looks at the work, has the gates judge its commit, and records the task as completed. */
const complete = Effect.fnUntraced(function* (held: Held, task: Task, place: Place | undefined) {
  const { id } = task
  const refs = yield* Refs
  const { targetRef } = yield* RunContext
  if (place === undefined) {
    const hint = `\`osier claim ${id} --steal\` makes you a tree here.`
    return yield* new NotDone({ id, reason: "this clone has no tree of it", hint })
  }
  const tip = yield* demand(task, place)
  const tree = { path: place.path, branch: place.branch, base: place.base, gitDir: "" }
  const judged = yield* judgeOwn(task, tree, tip)
  if (judged.gated && judged.verdict !== "pass") {
    const failing = judged.verdicts.find((one) => one.verdict !== "pass")
    const tail = lastPart(gateEvidence(judged), 2000)
    const reason = `gate ${failing?.gate ?? ""}: ${failing?.verdict ?? "no verdict"}\n\n${tail}\n`
    return yield* new NotDone({ id, reason, hint: `Mend it in ${place.path}, commit, and say \`osier done ${id}\` again.` })
  }
  const by: Attempt = { n: task.attempts.length + 1, agent: held.owner.email, outcome: "ok" }
  const target = yield* refs.read(targetRef)
  if (place.tree) yield* showBranch(id, place.branch, tip)
  const completed = yield* transition(
    held,
    (old) => ({
      ...withoutReason(old),
      ...(judged.gated ? {} : { reason: ungated }),
      status: "completed",
      tip,
      base: place.base,
      branch: place.branch,
      // The user's own branch: it was there before, and stays.
      ...(place.tree ? {} : { adopted: true }),
      attempts: [...old.attempts, by],
    }),
    { type: "TaskCompleted", task: id, commit: tip, gated: judged.gated },
    { "result.json": `${JSON.stringify({ tip, text: "", verdicts: judged.verdicts }, undefined, 2)}\n` },
  )
  if (place.tree || target === undefined || !(yield* isAncestor(tip, target))) return completed
  const reason = "nothing to land: it is on the target already, by hand"
  return yield* transition(held, (old) => ({ ...old, status: "merged", reason }), { type: "TaskMerged", task: id, reason })
})

/** Says what is missing, and what to type; answers with the commit that is the work. */
const demand = Effect.fnUntraced(function* (task: Task, place: Place) {
  const { id } = task
  const work = yield* workIn(place, task.scope)
  const at = place.path
  const fail = (reason: string, hint: string) => new NotDone({ id, reason, hint })
  if (work.branch !== place.branch)
    return yield* fail(`${at} is on ${work.branch ?? "a detached HEAD"}, not on ${place.branch}`, `git -C ${at} switch ${place.branch}`)
  if (work.dirty.length > 0) {
    const some = work.dirty.slice(0, 5).join(", ")
    return yield* fail(`not committed yet: ${some}${work.dirty.length > 5 ? ", …" : ""}`, `git -C ${at} add -A && git -C ${at} commit`)
  }
  if (work.commits === 0) {
    const hint = `Commit your work in ${at}, or give the task back: \`osier release ${id}\`.`
    return yield* fail(`there is no commit ahead of ${place.base.slice(0, 12)} in ${at}`, hint)
  }
  const copied = place.tree ? ((yield* readCopied(yield* gitDirOf(at))) ?? {}) : {}
  const foreign = work.files.filter((file) => file.startsWith(".osier/") || file in copied)
  if (foreign.length > 0)
    return yield* fail(
      `files that must not be committed are in the commits: ${foreign.join(", ")}`,
      `git -C ${at} rm --cached ${foreign.join(" ")}`,
    )
  const pointers = yield* lostPointers({ tree: at, base: place.base, tip: work.head })
  if (pointers.length > 0) return yield* fail(pointers.join("; "), `Commit that in ${at}, and say \`osier done ${id}\` again.`)
  yield* tellStrays(task, work.files)
  return work.head
})
