import * as Effect from "effect/Effect"
import { assignee } from "../../domain/task/assignee.ts"
import { mayTryAgain } from "../../domain/task/rightOfWay.ts"
import type { Task } from "../../domain/task/task.ts"
import { isOver } from "../../domain/task/task.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { readTask, taskRef } from "../../steps/task/record.ts"
import { Objects } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { Board } from "../context/board.ts"
import { Drain } from "../context/drain.ts"
import { finish } from "../train/finish.ts"
import { finishedAs } from "../train/finishedAs.ts"
import { Fleet } from "../context/fleet.ts"
import { giveUp } from "../attempt/giveUp.ts"
import { spareHandwork } from "../tree/handTree.ts"
import { holding } from "../context/holding.ts"
import { hasLost, isThrough } from "../train/letGoFirst.ts"
import { landClaimed } from "../train/landClaimed.ts"
import { needsStand } from "./needsStand.ts"
import { branchFor, dropBranch, plant, replant } from "../tree/plant.ts"
import { room } from "./preflight.ts"
import { reconcile } from "../recovery/reconcile.ts"
import type { Salvage } from "../recovery/reconcile.ts"
import { RunContext } from "../context/runContext.ts"
import { furnish } from "../tree/furnish.ts"
import { Slots } from "../context/slots.ts"
import { soundBase } from "../judge/soundBase.ts"
import { offer } from "../train/train.ts"
import { transition, withoutReason } from "../context/transition.ts"
import { mendRecord } from "../context/watchOwnRefs.ts"
import { workOn } from "../attempt/workOn.ts"
import type { Finished } from "../attempt/workOn.ts"

/**
 * One task from lock to landing: claim it, mend what a dead owner left, work on it in a tree of its own until its gates
 * pass, let the train land it, and go back to work with evidence when the train says no. What each stage opened closes
 * with its scope, however it ends.
 */
export const journey = Effect.fn("journey")(function* (id: number) {
  const claimed = (yield* Fleet).claimed.get(id)
  if (claimed !== undefined) return yield* landClaimed(claimed, id)
  const whole = (held: Held) => travel(held, id).pipe(Effect.catchTag("AttemptLost", (lost) => giveUp(held, lost)))
  return yield* Effect.ensuring(holding("task", String(id), whole), isThrough(id))
})

const travel = Effect.fnUntraced(function* (held: Held, id: number) {
  const board = yield* Board
  const drain = yield* Drain
  const objects = yield* Objects
  const refs = yield* Refs
  const { settings, targetRef } = yield* RunContext
  const { owner } = yield* RunIdentity
  yield* board.emit({ type: "TaskClaimed", task: id, fence: held.fence, owner: `${owner.email} (run ${owner.run})` })
  yield* spareHandwork(id)
  // What others did of it before it was ours is on the remote, where there is one.
  yield* refs.refresh([taskRef(id), targetRef])
  yield* mendRecord(id)
  const { task: now } = yield* readTask(id)
  // It was planned or explored since this run looked: what becomes of it is no more a run's to do.
  if (now.kind !== undefined) {
    const { mine } = yield* Fleet
    mine.delete(id)
    return yield* board.put(now)
  }
  const found = yield* reconcile(held, now, "go on")
  let { task } = found
  let salvage = found.salvage
  yield* board.put(task)
  // Whom a person assigned it to stays, and is told; what was begun before belongs to whoever takes it up again.
  const { assigned, mismatch } = assignee({ task: now.status === "pending" ? now.assigned_to : undefined, flag: owner.email })
  if (mismatch !== undefined) yield* board.emit({ type: "Warned", task: id, message: mismatch, hint: `osier show ${id}` })
  const budget = { work: task.retries ?? settings.limits.retries, conflict: settings.limits.conflicts }
  const back = { work: 0, conflict: 0 }
  let before: Finished | undefined = yield* finishedAs(task)
  if (before !== undefined && (yield* objects.look(before.tip)) === undefined) return yield* holdAbsent(task, before)
  let evidence = task.attempts.length === 0 ? undefined : (yield* objects.read(`${taskRef(id)}:evidence.md`))?.data.toString()
  while (!isOver(task.status)) {
    const work: Finished = before ?? (yield* grow(held, { ...task, assigned_to: assigned }, evidence, salvage))
    before = undefined
    salvage = undefined
    task = board.task(id) ?? task
    const answer = yield* offer(held, task, work)
    if (answer.type === "landed") task = yield* finish(held, task, work, answer.landing)
    if (answer.type !== "ejected") break
    yield* letGo(held, task, work)
    const why = answer.lost.class === "conflict" ? "conflict" : "work"
    if (!mayTryAgain(back, why, budget)) return yield* answer.lost
    back[why]++
    evidence = answer.evidence
    const again = { type: "TaskRetried", task: id, attempt: task.attempts.length + 1, reason: answer.lost.reason } as const
    task = yield* transition(held, (old) => ({ ...withoutReason(old), status: "running" }), again, { "evidence.md": evidence })
    if (drain.requested()) return yield* Effect.interrupt
    if (answer.lost.files !== undefined) yield* hasLost(task, answer.lost.files)
  }
})

/** Somebody finished it on a branch of their own, which only they can show to others. */
const holdAbsent = Effect.fnUntraced(function* ({ id, assigned_to: by }: Task, { tip, branch }: Finished) {
  const board = yield* Board
  const { settings } = yield* RunContext
  const reason = `its finished commit ${tip.slice(0, 12)} is only where ${by ?? "its owner"} made it, on ${branch}`
  const hint = `There: \`git push ${settings.remote} ${branch}\` or \`osier land ${id}\`. To give it up: \`osier discard ${id}\`.`
  yield* board.hold(id, reason, hint)
})

/** In one of the run's slots, in a tree cut from the target as it is now: attempts until the gates pass. */
const grow = (held: Held, task: Task, evidence: string | undefined, salvage: Salvage | undefined) =>
  Effect.scoped(
    Effect.gen(function* () {
      const slots = yield* Slots
      yield* slots.take(task.id)
      yield* room
      const base = yield* soundBase(task.id)
      yield* needsStand(task, base)
      const running = yield* start(held, task)
      if (salvage !== undefined) return yield* workOn(held, running, yield* replant(held, running, salvage.tree), evidence, salvage.state)
      const tree = yield* plant(held, running, base)
      yield* furnish(running, tree, held)
      return yield* workOn(held, running, tree, evidence)
    }),
  )

/** The record says what is about to be made before it is made. */
const start = Effect.fnUntraced(function* (held: Held, task: Task) {
  const branch = yield* branchFor(task)
  const assigned = task.assigned_to === undefined ? {} : { assigned_to: task.assigned_to }
  return yield* transition(held, (old) => ({ ...withoutReason(old), status: "running", branch, ...assigned }), [])
})

/** An ejected commit is kept by name before its branch is cut anew from the target that it has to work with. */
const letGo = (held: Held, task: Task, work: Finished) => (work.branch === "" ? Effect.void : dropBranch(held, task, work.branch))
