import * as Effect from "effect/Effect"
import { verdictKey } from "../../domain/settings/verdictKey.ts"
import { judgement } from "../../domain/task/judgement.ts"
import { Repository } from "../../world/git/repository.ts"
import { type Case, type Docket, hearCases, refuseGate, skipKnown } from "./docket.ts"
import { gateEnvironment, standingVariables } from "./gateEnvironment.ts"
import { judgedAt } from "./judgedAt.ts"
import type { JudgeRequest } from "./judgeRequest.ts"
import { judgeSetUp } from "./judgeSetUp.ts"
import { withJudge } from "./judgeTree.ts"
import { copiesHash, seeCopies } from "./seeCopies.ts"

/**
 * What the gates in force say of one tree, in their order, up to the first that doesn't let it through. A pass that this
 * process heard before is not asked for again. Without gates there is no verdict.
 */
export const judge = Effect.fn("judge")(function* (request: JudgeRequest) {
  const { inForce } = request
  const { root: checkout, bare } = yield* Repository
  const { tree } = yield* judgedAt(request.commit, request.objectFolders)
  const docket: Docket = { request, tree, verdicts: [], waiting: [] }
  const only = request.why === "own" && request.only !== undefined && request.only.length > 0 ? request.only : undefined
  const missing = only?.find((name) => !inForce.gates.some((gate) => gate.name === name))
  if (missing !== undefined) {
    const names = inForce.gates.map(({ name }) => name).join(", ") || "none at all"
    yield* refuseGate(docket, missing, [], `there is no gate of that name in force (${names})`)
    return judgement(tree, docket.verdicts)
  }
  const copies = bare ? undefined : yield* seeCopies(checkout, inForce.copy)
  docket.waiting.push(...(yield* casesOf(request, tree, only, copies === undefined ? "" : copiesHash(copies))))
  let cold = request.cold ?? false
  for (;;) {
    yield* skipKnown(docket)
    const next = docket.waiting[0]
    if (next === undefined) return judgement(tree, docket.verdicts)
    const several = docket.waiting.length > 1
    const setUp = judgeSetUp(request, next.key, copies)
    yield* withJudge({ ...request, cold, keepIgnored: inForce.keepIgnored, several, ...setUp }, (place) => hearCases(docket, place)).pipe(
      Effect.catchTag(["SetUpEdits", "SetupFailed", "CopiesChanged"], (error) => {
        docket.waiting.splice(0)
        return refuseGate(docket, next.gate.name, next.gate.run, error.message)
      }),
    )
    // A red comes round again, a green after one, and what may not start from what an earlier gate left.
    cold = true
  }
})

/** The gates to be heard about this tree, each with the key under which its verdict is remembered. */
const casesOf = Effect.fnUntraced(function* (
  { inForce }: JudgeRequest,
  tree: string,
  only: readonly string[] | undefined,
  prepared: string,
) {
  const cases: Case[] = []
  for (const gate of inForce.gates.filter(({ name }) => only?.includes(name) ?? true)) {
    const variables = yield* standingVariables(gate, inForce)
    const key = verdictKey(tree, gate.name, inForce, yield* gateEnvironment(gate, variables, prepared))
    cases.push({ gate, key, variables, runs: [] })
  }
  return cases
})
