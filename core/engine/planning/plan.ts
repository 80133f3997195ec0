import * as Effect from "effect/Effect"
import { withAttempt } from "../../domain/task/attemptRecord.ts"
import { PlanRefused } from "../../domain/plan/plan.ts"
import type { Declared } from "../../domain/plan/planDraft.ts"
import { count } from "../../domain/text/plainText.ts"
import { type Problem, printProblem } from "../../domain/text/problem.ts"
import type { Attempt, Task } from "../../domain/task/task.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { listTasks } from "../../steps/task/record.ts"
import { AttemptLost } from "../context/attemptLost.ts"
import { agentOf } from "../attempt/attempts.ts"
import { type Findings, NotOpen, readOnly, type Undone } from "./readOnly.ts"
import { RunContext } from "../context/runContext.ts"
import { readProposal } from "./storedProposal.ts"
import { transition, withoutReason } from "../context/transition.ts"

/** A plan that waits for a person's word. */
export interface Proposed {
  readonly id: number
  readonly title: string
  readonly tasks: readonly Declared[]
  readonly report: string
  readonly undone: Undone
}

/** How an attempt that succeeded stands in the record. */
export const goodAttempt = (task: Task, found: Findings, fallback: string | undefined): Attempt => ({
  n: found.attempt,
  agent: agentOf(task, fallback),
  outcome: "ok",
  ...(found.session === undefined ? {} : { session: found.session }),
  ...(found.spent === undefined ? {} : { spent: found.spent }),
  ms: found.ms,
})

/**
 * Lets an agent take a task apart: it reads, and proposes children. Nothing comes of that before a person accepts it. A
 * proposal with mistakes goes back to the agent with all of them, and to the person when that didn't help.
 */
export const plan = Effect.fn("plan")(function* (id: number, agent?: string) {
  const { settings } = yield* RunContext
  let refused: { readonly reason: string; readonly problems: readonly Problem[] } | undefined
  const judge = Effect.fnUntraced(function* (held: Held, task: Task, found: Findings) {
    const text = found.proposal
    if (text === undefined)
      return new AttemptLost({
        class: "work",
        reason: "it ended without a plan",
        evidence: "There was no .osier/proposal.yaml, and no block fenced as ```yaml in your last message.",
      })
    const { tasks, problems } = yield* readProposal(task, "plan", text)
    if (problems.length > 0) {
      const reason = `its plan has ${count(problems.length, "mistake")}: ${problems[0]?.message ?? ""}`
      refused = { reason, problems }
      yield* transition(held, (old) => ({ ...old }), [], { "proposal.yaml": text })
      const told = problems.map((one) => `${printProblem({ ...one, file: ".osier/proposal.yaml" })} (${one.hint})`).join("\n")
      return new AttemptLost({ class: "work", reason, evidence: `Your plan was:\n\n${text.trim()}\n\nIts mistakes:\n${told}` })
    }
    const record = goodAttempt(task, found, settings.agent)
    const { report, base } = found
    yield* transition(
      held,
      (old) => ({
        ...withoutReason(old),
        status: "pending",
        reason: `its plan waits for your word: osier plan ${id} --accept`,
        base,
        attempts: withAttempt(old.attempts, record),
      }),
      [
        { type: "ReportWritten", task: id, attempt: found.attempt, lines: report.trim().split("\n").length },
        { type: "PlanProposed", task: id, titles: tasks.map(({ title }) => title) },
      ],
      { "report.md": report, "proposal.yaml": text },
    )
    return { id, title: task.title, tasks, report }
  })
  if ((yield* listTasks()).some((task) => task.parent === id))
    return yield* new NotOpen({ id, kind: "plan", reason: "has children already" })
  const { result, undone } = yield* readOnly(id, { kind: "plan", agent }, judge).pipe(
    Effect.catchTag("LookFailed", (failed) =>
      Effect.fail(refused !== undefined && refused.reason === failed.reason ? PlanRefused.of(refused.problems) : failed),
    ),
  )
  return { ...result, undone } satisfies Proposed
})
