import * as Effect from "effect/Effect"
import { withAttempt } from "../../domain/task/attemptRecord.ts"
import { count } from "../../domain/text/plainText.ts"
import type { Task } from "../../domain/task/task.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { AttemptLost } from "../context/attemptLost.ts"
import { Board } from "../context/board.ts"
import { goodAttempt, type Proposed } from "./plan.ts"
import { type Findings, readOnly } from "./readOnly.ts"
import { RunContext } from "../context/runContext.ts"
import { settleAbove } from "../tasks/settlePlans.ts"
import { readProposal } from "./storedProposal.ts"
import { transition, withoutReason } from "../context/transition.ts"

/**
 * Lets an agent answer a question by reading. Its report stands in the task's record; the task is over with it, for there is
 * nothing to land. Tasks that it proposes wait for a person's word.
 */
export const explore = Effect.fn("explore")(function* (id: number, agent?: string) {
  const board = yield* Board
  const { settings } = yield* RunContext
  const judge = Effect.fnUntraced(function* (held: Held, task: Task, found: Findings) {
    const { report, proposal, base } = found
    if (report.trim() === "")
      return new AttemptLost({
        class: "work",
        reason: "it ended without a report",
        evidence: "Your last message was empty, and there was no .osier/report.md.",
      })
    const read = proposal === undefined ? undefined : yield* readProposal(task, "explore", proposal)
    const record = goodAttempt(task, found, settings.agent)
    yield* transition(
      held,
      (old) => ({ ...withoutReason(old), status: "completed", base, attempts: withAttempt(old.attempts, record) }),
      { type: "ReportWritten", task: id, attempt: found.attempt, lines: report.trim().split("\n").length },
      { "report.md": report, ...(proposal === undefined ? {} : { "proposal.yaml": proposal }) },
    )
    const tasks = read === undefined || read.problems.length > 0 ? [] : read.tasks
    if (tasks.length > 0) yield* board.emit({ type: "PlanProposed", task: id, titles: tasks.map(({ title }) => title) })
    if (read !== undefined && read.problems.length > 0) {
      const message = `the tasks it proposes have ${count(read.problems.length, "mistake")}: ${read.problems[0]?.message ?? ""}`
      yield* board.emit({ type: "Warned", task: id, message, hint: `\`osier explore ${id} --accept\` tells all of them.` })
    }
    const reason = "nothing to land"
    yield* transition(held, (old) => ({ ...old, status: "merged", reason }), { type: "TaskMerged", task: id, reason })
    return { task, answer: { id, title: task.title, tasks, report } }
  })
  const { result, undone } = yield* readOnly(id, { kind: "explore", agent }, judge)
  yield* settleAbove(result.task)
  return { ...result.answer, undone } satisfies Proposed
})
