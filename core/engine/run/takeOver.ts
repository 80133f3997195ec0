import * as Effect from "effect/Effect"
import { assignee } from "../../domain/task/assignee.ts"
import type { Task } from "../../domain/task/task.ts"
import { isOver } from "../../domain/task/task.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { readTask, taskRef } from "../../steps/task/record.ts"
import { Objects } from "../../world/git/objects.ts"
import { Refs } from "../../world/git/refs.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import type { Finished } from "../attempt/workOn.ts"
import { Board } from "../context/board.ts"
import { Fleet } from "../context/fleet.ts"
import { RunContext } from "../context/runContext.ts"
import { mendRecord } from "../context/watchOwnRefs.ts"
import { reconcile } from "../recovery/reconcile.ts"
import type { Salvage } from "../recovery/reconcile.ts"
import { finishedAs } from "../train/finishedAs.ts"
import { spareHandwork } from "../tree/handTree.ts"

/** A task as its next round begins: what of it is done, and what its agent is to know. */
export interface Begun {
  readonly task: Task
  /** The person whose task it is, or becomes when work on it starts. */
  readonly assigned: string
  /** Work that only the train has to see. */
  readonly finished?: Finished
  /** A tree whose agent finished under an earlier owner. */
  readonly salvage?: Salvage
  readonly evidence?: string
}

/** Takes up what earlier owners left of a task that this run now owns. Undefined if nothing is left to do for a run. */
export const takeOver = Effect.fn("takeOver")(function* (held: Held, id: number) {
  const board = yield* Board
  const objects = yield* Objects
  const { owner } = yield* RunIdentity
  yield* board.emit({ type: "TaskClaimed", task: id, fence: held.fence, owner: `${owner.email} (run ${owner.run})` })
  yield* spareHandwork(id)
  const now = yield* newest(id)
  // It was planned or explored since this run read it: a run does not work on such a task.
  if (now.kind !== undefined) {
    const { mine } = yield* Fleet
    mine.delete(id)
    yield* board.put(now)
    return undefined
  }
  const { task, salvage } = yield* reconcile(held, now, "go on")
  yield* board.put(task)
  if (isOver(task.status)) return undefined
  // A person's assignment is kept, with a warning. Work begun earlier is reassigned to the current owner.
  const { assigned, mismatch } = assignee({ task: now.status === "pending" ? now.assigned_to : undefined, flag: owner.email })
  if (mismatch !== undefined) yield* board.emit({ type: "Warned", task: id, message: mismatch, hint: `osier show ${id}` })
  const finished = yield* finishedAs(task)
  if (finished !== undefined && (yield* objects.look(finished.tip)) === undefined) return yield* holdAbsent(task, finished)
  const evidence = task.attempts.length === 0 ? undefined : (yield* objects.read(`${taskRef(id)}:evidence.md`))?.data.toString()
  return {
    task,
    assigned,
    ...(finished === undefined ? {} : { finished }),
    ...(salvage === undefined ? {} : { salvage }),
    ...(evidence === undefined ? {} : { evidence }),
  } satisfies Begun
})

/** The record as the remote has it, if there is one: other clones may have worked on the task before this run claimed it. */
const newest = Effect.fnUntraced(function* (id: number) {
  const refs = yield* Refs
  const { targetRef } = yield* RunContext
  yield* refs.refresh([taskRef(id), targetRef])
  yield* mendRecord(id)
  return (yield* readTask(id)).task
})

/** The task was finished on a person's own branch, which only that person can push. */
const holdAbsent = Effect.fnUntraced(function* ({ id, assigned_to: by }: Task, { tip, branch }: Finished) {
  const board = yield* Board
  const { settings } = yield* RunContext
  const reason = `its finished commit ${tip.slice(0, 12)} is only where ${by ?? "its owner"} made it, on ${branch}`
  const hint = `There: \`git push ${settings.remote} ${branch}\` or \`osier land ${id}\`. To give it up: \`osier discard ${id}\`.`
  yield* board.hold(id, reason, hint)
  return undefined
})
