import * as Effect from "effect/Effect"
import type { Gate } from "../../domain/settings/settings.ts"
import { settle } from "../../domain/task/judgement.ts"
import type { GateVerdict, Settled } from "../../domain/task/judgement.ts"
import type { Verdict } from "../../domain/task/outcome.ts"
import { freshVerdict, judgeOnce } from "./judgeOnce.ts"
import type { JudgeRequest } from "./judgeRequest.ts"
import type { JudgeTree } from "./judgeTree.ts"
import { forgetVerdict, knownVerdict, rememberVerdict } from "./verdictCache.ts"

/** One gate that waits to be heard. */
export interface Case {
  readonly gate: Gate
  readonly key: string
  readonly variables: Readonly<Record<string, string>>
  /** Every verdict so far on this very tree; a red confirmed earlier is the first of them. */
  readonly runs: Verdict[]
}

/** What is known of one tree, and the gates that are still to be heard about it, in their order. */
export interface Docket {
  readonly request: JudgeRequest
  readonly tree: string
  readonly verdicts: GateVerdict[]
  readonly waiting: Case[]
}

/** Enters that a gate can't be run at all. */
export const refuseGate = (docket: Docket, gate: string, run: readonly string[], reason: string) => {
  const verdict = { ...freshVerdict(gate, run), verdict: "unrunnable", reason } satisfies GateVerdict
  docket.verdicts.push(verdict)
  return say(docket, verdict)
}

/** Takes what is known already off the front. */
export const skipKnown = Effect.fnUntraced(function* (docket: Docket) {
  const { request, verdicts, waiting } = docket
  for (;;) {
    const next = waiting[0]
    if (next === undefined || next.runs.length > 0) return
    const known = yield* knownVerdict(next.key, request.onlyPlans ?? false)
    if (known?.verdict === "fail") next.runs.push("fail")
    if (known?.verdict !== "pass") return
    const verdict = { ...freshVerdict(next.gate.name, next.gate.run), verdict: "pass", cached: true, ms: known.ms } satisfies GateVerdict
    verdicts.push({ ...verdict, ...(known.log === undefined ? {} : { log: known.log }) })
    waiting.shift()
    yield* say(docket, verdict)
  }
})

/** Runs gates in one checkout until all are through, one says no, or one must be asked again in a cold one. */
export const hearCases = Effect.fnUntraced(function* (docket: Docket, place: JudgeTree) {
  const { request, waiting } = docket
  for (;;) {
    yield* skipKnown(docket)
    const next = waiting[0]
    if (next === undefined) return yield* place.trust
    yield* request.onEvent({ type: "GateStarted", ...headOf(docket), gate: next.gate.name })
    const once = yield* judgeOnce(request, place, next)
    next.runs.push(once.verdict)
    const settled = settle(next.runs, request.confirmRed ?? false)
    if (settled.again) return yield* say(docket, once, whyAgain(once))
    yield* conclude(docket, next, once, settled)
    if (once.verdict !== "pass") return void waiting.splice(0)
    if (waiting.length > 0 && !(yield* place.reset)) return
  }
})

const whyAgain = ({ verdict, reason }: GateVerdict): string =>
  verdict === "fail" ? `${reason ?? "red"}; it runs again in a cold checkout` : "it was red before; a third run decides"

/** Enters the verdict of a gate that needs no further run, and remembers it for the same tree. */
const conclude = Effect.fnUntraced(function* (
  docket: Docket,
  { gate, key, runs }: Case,
  once: GateVerdict,
  { flaky, confirmed }: Exclude<Settled, { readonly again: true }>,
) {
  const verdict = { ...once, flaky, confirmed } satisfies GateVerdict
  docket.verdicts.push(verdict)
  docket.waiting.shift()
  yield* say(docket, verdict, flaky ? `flaky: ${runs.join(", ")} on the same tree` : verdict.reason)
  const known = { key, tree: docket.tree, gate: gate.name, confirmed, verdict: once.verdict, ms: once.ms }
  // What is remembered only saves time; a full disk must not turn a pass into a failure.
  yield* Effect.ignore(flaky ? forgetVerdict(key) : rememberVerdict({ ...known, ...(once.log === undefined ? {} : { log: once.log }) }))
})

const say = (docket: Docket, { gate, verdict, ms, cached, log, reason: own }: GateVerdict, reason = own) =>
  docket.request.onEvent({
    type: "GateJudged",
    ...headOf(docket),
    gate,
    verdict,
    ms,
    cached,
    ...(reason === undefined ? {} : { reason }),
    ...(log === undefined ? {} : { log }),
  })

const headOf = ({ request: { task }, tree }: Docket) => ({ ...(task === undefined ? {} : { task: task.id }), tree })
