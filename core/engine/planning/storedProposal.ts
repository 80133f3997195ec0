import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { parseProposal } from "../../domain/plan/proposal.ts"
import type { Kind, Task } from "../../domain/task/task.ts"
import { listTasks, taskRef } from "../../steps/task/record.ts"
import { recordFile } from "../../steps/task/recordFile.ts"
import { knownOf } from "../context/knownOf.ts"
import { RunContext } from "../context/runContext.ts"

/** Nobody proposed anything that could be accepted. */
export class NoProposal extends Data.TaggedError("NoProposal")<{ readonly id: number; readonly kind: Kind }> {
  override get message() {
    return `task ${this.id} proposes no tasks`
  }
  get hint() {
    return this.kind === "plan" ? `\`osier plan ${this.id}\` asks its agent for a plan.` : `\`osier show ${this.id}\` shows its report.`
  }
  readonly exit = 2
}

/** Reads a proposal as what is known now: agents, gates and tasks may have changed since it was made. */
export const readProposal = Effect.fn("readProposal")(function* (task: Task, kind: Kind, text: string) {
  const { settings } = yield* RunContext
  const known = yield* knownOf(settings)
  const parent = kind === "plan" ? { parent: task.id } : {}
  // Where it can be read with its lines: `git show refs/osier/tasks/12:proposal.yaml`.
  const path = `${taskRef(task.id)}:proposal.yaml`
  return parseProposal({ path, text }, known, { ...parent, tasks: yield* listTasks() })
})

/** The proposal in a task's record. */
export const storedProposal = Effect.fn("storedProposal")(function* (task: Task, kind: Kind) {
  const text = yield* recordFile(task.id, "proposal.yaml")
  if (text === undefined) return yield* new NoProposal({ id: task.id, kind })
  return yield* readProposal(task, kind, text)
})
