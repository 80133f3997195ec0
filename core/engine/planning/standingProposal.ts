import * as Effect from "effect/Effect"
import { PlanRefused } from "../../domain/plan/plan.ts"
import type { Kind } from "../../domain/task/task.ts"
import { listTasks, readTask, taskRef } from "../../steps/task/record.ts"
import { recordFile } from "../../steps/task/recordFile.ts"
import type { Proposed } from "./plan.ts"
import { storedProposal } from "./storedProposal.ts"

/**
 * What the agent of a plan or an exploration came back with before; undefined when it has to be asked. Tasks that were made
 * of it already are no longer proposed.
 */
export const standingProposal = Effect.fn("standingProposal")(function* (id: number, kind: Kind) {
  const { task } = yield* readTask(id)
  const text = yield* recordFile(id, "proposal.yaml")
  const waits = kind === "plan" ? task.status === "pending" && text !== undefined : task.status === "merged"
  if (task.kind !== kind || !(waits || task.children !== undefined)) return undefined
  const report = (yield* recordFile(id, "report.md")) ?? ""
  const from = `${taskRef(id)}:proposal.yaml#`
  const made = task.children !== undefined || (kind === "explore" && (yield* listTasks()).some(({ source }) => source?.startsWith(from)))
  const read = made || text === undefined ? undefined : yield* storedProposal(task, kind)
  if (kind === "plan" && read !== undefined && read.problems.length > 0) return yield* PlanRefused.of(read.problems)
  const tasks = read === undefined || read.problems.length > 0 ? [] : read.tasks
  return { id, title: task.title, tasks, report, undone: { what: [] } } satisfies Proposed
})
