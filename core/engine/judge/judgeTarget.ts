import * as Effect from "effect/Effect"
import { lastLines } from "../../domain/task/judgement.ts"
import type { GatesInForce } from "../../steps/gate/gateSettings.ts"
import { Board } from "../context/board.ts"
import { judgeCommit } from "./judgeCommit.ts"
import { RunContext } from "../context/runContext.ts"
import { TargetRed } from "../context/targetWatch.ts"

/** Has the gates judge a commit of the target itself. Answers with what is wrong with it; without gates nothing can be. */
export const judgeTarget = Effect.fn("judgeTarget")(function* (commit: string, inForce: GatesInForce, previous?: string) {
  const board = yield* Board
  const { target } = yield* RunContext
  const head = { type: "TargetJudged", target, commit, ...(previous === undefined ? {} : { previous }) } as const
  if (inForce.gates.length === 0) {
    if (previous !== undefined) yield* board.emit(head)
    return undefined
  }
  const judged = yield* judgeCommit(commit, undefined, inForce, {
    why: "base",
    target: commit,
    confirmRed: true,
    onlyPlans: previous === undefined,
  })
  const failing = judged.verdicts.find(({ verdict }) => verdict !== "pass")
  if (failing === undefined) {
    yield* board.emit({ ...head, verdict: "pass" })
    return undefined
  }
  const { gate, verdict } = failing
  const reason = `gate ${gate}: ${verdict}${failing.reason === undefined ? "" : ` (${failing.reason})`}`
  const lines = lastLines(failing.tail)
  yield* board.emit({ ...head, verdict, reason, lines })
  const hint = `Mend ${target} first (\`osier gate ${gate}\` shows all of it). To repair it by a task: \`--on-red-target go\`.`
  return new TargetRed({ target, commit, gate, reason, lines, hint })
})
