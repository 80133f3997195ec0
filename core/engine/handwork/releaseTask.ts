import * as Effect from "effect/Effect"
import { withoutReason } from "../context/transition.ts"
import type { Task } from "../../domain/task/task.ts"
import { dropClaim, regainClaim } from "../../steps/task/claims.ts"
import { releaseLock } from "../../steps/lock/lock.ts"
import { readTask } from "../../steps/task/record.ts"
import { workIn, workText } from "../../steps/tree/workIn.ts"
import { Board } from "../context/board.ts"
import { standingPlace } from "../tree/handTree.ts"
import { dropBranch, keepAndRemove } from "../tree/plant.ts"
import { transition } from "../context/transition.ts"

/** What a release found and did. */
export interface Released {
  readonly task: Task
  /** What was done meanwhile, in words; undefined when nothing was. */
  readonly work?: string
  readonly keep?: string
  /** The tree that is gone now. */
  readonly tree?: string
}

/**
 * Gives a claimed task back to everybody. What was done in its tree is on a keep ref before the tree goes; in the user's
 * own checkout nothing is touched.
 */
export const releaseTask = Effect.fn("releaseTask")(function* (id: number) {
  const board = yield* Board
  const { claim, held } = yield* regainClaim(id)
  const { task } = yield* readTask(id)
  yield* board.put(task)
  const standing = yield* standingPlace(id)
  const place = standing ?? (claim.place?.tree === false ? claim.place : undefined)
  const work = place === undefined ? undefined : workText(yield* workIn(place, task.scope))
  if (standing !== undefined) {
    yield* keepAndRemove(held, id, standing, work === undefined ? "released" : `released with ${work}`)
    yield* dropBranch(held, task, standing.branch)
  }
  const keep = board.kept.get(id)
  const where = keep === undefined ? (place?.tree === false ? ` left in ${place.path}` : "") : ` kept at ${keep}`
  const reason = work === undefined ? "released" : `released: ${work}${where}`
  if (task.status === "running") {
    const change = (old: Task): Task => {
      const { assigned_to: assigned, ...rest } = withoutReason(old)
      const kept = assigned === undefined || claim.assigned === true ? {} : { assigned_to: assigned }
      return { ...rest, ...kept, status: "pending", ...(work === undefined ? {} : { reason }) }
    }
    yield* transition(held, change, { type: "TaskReleased", task: id, reason })
  }
  // In this order: what is written here after the release is the next owner's.
  yield* dropClaim(id)
  yield* releaseLock(held)
  return {
    task: (yield* readTask(id)).task,
    ...(work === undefined ? {} : { work }),
    ...(keep === undefined ? {} : { keep }),
    ...(standing === undefined ? {} : { tree: standing.path }),
  } satisfies Released
})
