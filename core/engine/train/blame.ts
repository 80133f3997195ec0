import * as Effect from "effect/Effect"
import { gateEvidence } from "../../domain/task/judgement.ts"
import type { Judgement } from "../../domain/task/judgement.ts"
import type { Task } from "../../domain/task/task.ts"
import { planCandidate } from "../../steps/land/candidate.ts"
import type { GatesInForce } from "../../steps/gate/gateSettings.ts"
import { landingsBetween } from "../../steps/commit/landingsBetween.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { Board } from "../context/board.ts"
import { showMerge } from "./conflicted.ts"
import { judgeCommit } from "../judge/judgeCommit.ts"
import { RunContext } from "../context/runContext.ts"
import { taskToLand } from "./taskToLand.ts"
import { AttemptLost } from "../context/attemptLost.ts"
import type { Finished } from "../attempt/workOn.ts"

/**
 * Finds out whose fault a red merge is. A gate that could not run or a target that is red by itself is nobody's: the task
 * stays where it is. Otherwise the task that is not landed yet goes back, and the landed one it does not go with is named.
 */
export const blame = Effect.fn("blame")(function* (task: Task, work: Finished, onto: string, inForce: GatesInForce, judged: Judgement) {
  const board = yield* Board
  const failing = judged.verdicts.find((one) => one.verdict !== "pass")
  if (failing?.verdict === "unrunnable") {
    const reason = `gate ${failing.gate} can't run: ${failing.reason ?? "it did not start"}`
    const hint = `Mend the gate, then \`osier run\`; its output is in ${failing.log ?? "no log"}.`
    yield* board.hold(task.id, reason, hint)
    return { type: "stays" } as const
  }
  const target = yield* judgeCommit(onto, undefined, inForce, { why: "base", target: onto, confirmRed: true })
  if (target.verdict !== "pass") {
    const reason = `the target itself does not pass ${target.verdicts.at(-1)?.gate ?? "its gates"} at ${onto.slice(0, 12)}`
    const hint = "Mend the target branch first, then `osier run`; nobody's task is blamed for it."
    yield* board.hold(task.id, reason, hint)
    return { type: "stays" } as const
  }
  const partners = yield* partner(task, work, onto, inForce)
  const evidence = yield* showMerge(task.id, judged.tree, [onto, work.tip])
  const whom = partners.length === 0 ? "what has landed meanwhile" : `task ${partners.join(", ")}`
  const reason = `gate ${failing?.gate ?? ""} passes for it alone and fails together with ${whom}`
  yield* board.emit({ type: "Ejected", task: task.id, with: partners, reason, evidence })
  const text = [
    `Your work passed its gates alone, but together with ${whom} it does not: ${reason}.`,
    `You now start from a target that contains ${whom}. Do the task again so that both work together.`,
    `Your earlier commit is ${work.tip} (\`git show ${work.tip}\`); the red merge is ${evidence}.`,
    gateEvidence(judged),
  ].join("\n\n")
  return { type: "ejected", lost: new AttemptLost({ class: "work", reason, evidence: text }), evidence: text } as const
})

/** The first step of the target that the task does not go with, by halving: red at `onto`, green at the task's own base. */
const partner = Effect.fnUntraced(function* (task: Task, work: Finished, onto: string, inForce: GatesInForce) {
  const { committer } = yield* RunIdentity
  const { settings } = yield* RunContext
  const steps = yield* landingsBetween(work.base, onto)
  let green = -1
  let red = steps.length - 1
  while (red - green > 1) {
    const middle = Math.floor((green + red) / 2)
    const at = steps[middle]?.commit ?? onto
    const plan = yield* planCandidate({ onto: at, tasks: [taskToLand(task, work, settings)], mode: settings.merge, identity: committer })
    const passes =
      plan.type === "plan" &&
      (yield* judgeCommit(plan.tree, task, inForce, { why: "integrated", target: at, onto: at, onlyPlans: true })).verdict === "pass"
    if (passes) green = middle
    else red = middle
  }
  return steps[red]?.tasks ?? []
})
