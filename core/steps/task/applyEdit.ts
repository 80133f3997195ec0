import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { isDeepStrictEqual as same } from "node:util"
import { type FieldConflict, mergeTasks } from "../../domain/task/mergeTasks.ts"
import type { Task } from "../../domain/task/task.ts"
import { limitRounds } from "../lock/limitRounds.ts"
import { mergeRecords } from "./mergeRecords.ts"
import { changeTask, readTask, type Recorded, taskRef } from "./record.ts"
import { filesAt } from "./recordAt.ts"
import { recordCommit } from "./recordCommit.ts"
import { trySwap } from "../../world/git/trySwap.ts"

/**
 * Puts an edit of a task into its record, against whatever changed since it was read: other fields merge; where somebody
 * else changed the same one, the shared value stands, and the edit becomes a commit of its own in the task's history.
 * Answers with the fields that gave way, and the commit that still has them.
 */
export const applyEdit = Effect.fn("applyEdit")(function* (base: Recorded, edited: Task) {
  const { id } = base.task
  const goOn = yield* limitRounds([taskRef(id)])
  for (;;) {
    yield* goOn
    const current = yield* readTask(id)
    let conflicts: readonly FieldConflict[] = []
    yield* changeTask(id, (theirs) => {
      const merged = mergeTasks({ base: base.task, ours: edited, theirs })
      conflicts = merged.conflicts
      return conflicts.length > 0 || same(merged.task, theirs) ? theirs : merged.task
    })
    if (conflicts.length === 0) return { conflicts }
    const updated = DateTime.formatIso(yield* DateTime.now)
    const local = yield* recordCommit({ task: { ...edited, updated }, parents: [base.commit], files: yield* filesAt(base.commit) })
    const merged = yield* mergeRecords({ local, shared: current.commit })
    const won = yield* trySwap([{ ref: taskRef(id), from: current.commit, to: merged.commit }])
    if (won) return { conflicts: merged.fields, edit: local }
  }
})
