import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import { join } from "node:path"
import type { EventBody } from "../../domain/event/event.ts"
import { judgement, settle } from "../../domain/task/judgement.ts"
import type { GateVerdict, Judgement } from "../../domain/task/judgement.ts"
import type { Verdict } from "../../domain/task/outcome.ts"
import type { Gate } from "../../domain/settings/settings.ts"
import { verdictKey } from "../../domain/settings/verdictKey.ts"
import { Repository } from "../../world/git/repository.ts"
import { markVariable } from "../../world/machine/reaper.ts"
import type { Copies } from "../../world/machine/seen.ts"
import { freePort } from "../tree/freePort.ts"
import { gateEnvironment, gateVariables, standingVariables } from "./gateEnvironment.ts"
import type { JudgedTask } from "./gateEnvironment.ts"
import type { GatesInForce } from "./gateSettings.ts"
import { withJudge } from "./judgeTree.ts"
import type { JudgeTree } from "./judgeTree.ts"
import { judgedAt } from "./judgedAt.ts"
import { runGate } from "./runGate.ts"
import { copiesHash, layCopies, seeCopies } from "./seeCopies.ts"
import { setUp } from "../tree/setUp.ts"
import { forgetVerdict, knownVerdict, rememberVerdict } from "./verdictCache.ts"

/** What is to be judged, by which gates. */
export interface JudgeRequest {
  /** A commit or a tree; it is the tree that is judged. */
  readonly commit: string
  readonly inForce: GatesInForce
  /** The gates a task asks for by name; they narrow only the judgement of its own commit, never that of what lands. */
  readonly only?: readonly string[] | undefined
  readonly why: "own" | "integrated" | "overlaid" | "base"
  readonly task?: JudgedTask | undefined
  /** What the work started from, for gates that look at the difference. */
  readonly base?: string | undefined
  /** What a tree that no commit holds yet would stand on. */
  readonly onto?: string | undefined
  /** Branches and tags that the gates' git shows, by their full names. */
  readonly refs?: ReadonlyMap<string, string>
  /** The folder of all trees. */
  readonly root: string
  /** A red is seen twice, the second time in a cold checkout, before it is said. */
  readonly confirmRed?: boolean
  /** Nothing lands by what is said: a pass that an earlier process wrote down will do. */
  readonly onlyPlans?: boolean
  /** The first pass after a red: nothing of an earlier checkout may help it. */
  readonly cold?: boolean
  readonly objectFolders?: readonly string[]
  readonly graceMs: number
  readonly onEvent: (event: EventBody) => Effect.Effect<void>
  /** What a gate prints, as it comes. */
  readonly onOutput?: (chunk: Uint8Array) => void
}

interface Case {
  readonly gate: Gate
  readonly key: string
  readonly variables: Readonly<Record<string, string>>
  /** Every verdict so far on this very tree; a red confirmed earlier is the first of them. */
  readonly runs: Verdict[]
  readonly ms: number[]
}

/**
 * What the gates in force say of one tree, in their order, up to the first that doesn't let it through. A pass that this
 * process heard before is not asked for again. Without gates there is no verdict.
 */
export const judge = Effect.fn("judge")(function* (request: JudgeRequest) {
  const { inForce, onEvent, task } = request
  const { root: checkout, bare } = yield* Repository
  const { tree } = yield* judgedAt(request.commit, request.objectFolders)
  const verdicts: GateVerdict[] = []
  const done = (): Judgement => judgement(tree, verdicts)
  const head = { ...(task === undefined ? {} : { task: task.id }), tree }
  const say = (verdict: GateVerdict, reason = verdict.reason) =>
    onEvent({
      type: "GateJudged",
      ...head,
      gate: verdict.gate,
      verdict: verdict.verdict,
      ms: verdict.ms,
      cached: verdict.cached,
      ...(reason === undefined ? {} : { reason }),
      ...(verdict.log === undefined ? {} : { log: verdict.log }),
    })
  const refuse = (gate: string, run: readonly string[], reason: string) => {
    const verdict = { ...fresh(gate, run), verdict: "unrunnable", reason } satisfies GateVerdict
    verdicts.push(verdict)
    return say(verdict)
  }

  const only = request.why === "own" && request.only !== undefined && request.only.length > 0 ? request.only : undefined
  const missing = only?.find((name) => !inForce.gates.some((gate) => gate.name === name))
  if (missing !== undefined) {
    yield* refuse(
      missing,
      [],
      `there is no gate of that name in force (${inForce.gates.map(({ name }) => name).join(", ") || "none at all"})`,
    )
    return done()
  }
  const copies = bare ? undefined : yield* seeCopies(checkout, inForce.copy)
  const prepared = copies === undefined ? "" : copiesHash(copies)
  const waiting: Case[] = []
  for (const gate of inForce.gates.filter(({ name }) => only?.includes(name) ?? true)) {
    const variables = yield* standingVariables(gate, inForce)
    const key = verdictKey(tree, gate.name, inForce, yield* gateEnvironment(gate, variables, prepared))
    waiting.push({ gate, key, variables, runs: [], ms: [] })
  }

  /** Takes what is known already off the front. */
  const skipKnown = Effect.gen(function* () {
    for (;;) {
      const next = waiting[0]
      if (next === undefined || next.runs.length > 0) return
      const known = yield* knownVerdict(next.key, request.onlyPlans ?? false)
      if (known?.verdict === "fail") next.runs.push("fail")
      if (known?.verdict !== "pass") return
      const verdict = { ...fresh(next.gate.name, next.gate.run), verdict: "pass", cached: true, ms: known.ms } satisfies GateVerdict
      verdicts.push({ ...verdict, ...(known.log === undefined ? {} : { log: known.log }) })
      waiting.shift()
      yield* say(verdict)
    }
  })

  /** Runs gates in one checkout until all are through, one says no, or one must be asked again in a cold one. */
  const inOne = Effect.fnUntraced(function* (place: JudgeTree) {
    for (;;) {
      yield* skipKnown
      const next = waiting[0]
      if (next === undefined) return yield* place.trust
      yield* onEvent({ type: "GateStarted", ...head, gate: next.gate.name })
      const once = yield* runOnce(request, tree, place, next)
      next.runs.push(once.verdict)
      next.ms.push(once.ms)
      const settled = settle(next.runs, request.confirmRed ?? false)
      if (settled.again) {
        yield* say(
          once,
          once.verdict === "fail" ? `${once.reason ?? "red"}; it runs again in a cold checkout` : "it was red before; a third run decides",
        )
        return
      }
      const verdict = { ...once, flaky: settled.flaky, confirmed: settled.confirmed } satisfies GateVerdict
      verdicts.push(verdict)
      waiting.shift()
      yield* say(verdict, settled.flaky ? `flaky: ${next.runs.join(", ")} on the same tree` : verdict.reason)
      const known = { key: next.key, tree, gate: next.gate.name, confirmed: settled.confirmed, verdict: once.verdict, ms: once.ms }
      // What is remembered only saves time; a full disk must not turn a pass into a failure.
      yield* Effect.ignore(
        settled.flaky ? forgetVerdict(next.key) : rememberVerdict({ ...known, ...(once.log === undefined ? {} : { log: once.log }) }),
      )
      if (once.verdict !== "pass") return void waiting.splice(0)
      if (waiting.length > 0 && !(yield* place.reset)) return
    }
  })

  let cold = request.cold ?? false
  for (;;) {
    yield* skipKnown
    const next = waiting[0]
    if (next === undefined) return done()
    yield* withJudge(
      { ...request, cold, keepIgnored: inForce.keepIgnored, several: waiting.length > 1, ...furnish(request, next, copies) },
      inOne,
    ).pipe(
      Effect.catchTag(["SetUpEdits", "SetupFailed", "CopiesChanged"], (error) => {
        waiting.splice(0)
        return refuse(next.gate.name, next.gate.run, error.message)
      }),
    )
    // A red comes round again, a green after one, and what may not start from what an earlier gate left.
    cold = true
  }
})

const fresh = (gate: string, run: readonly string[]) => ({ gate, run, ms: 0, cached: false, flaky: false, confirmed: false, tail: "" })

/** The tree made ready as a task's own, where there is anything to do: the same files copied, the same commands run. */
const furnish = (request: JudgeRequest, next: Case, copies: Copies | undefined) => {
  const nothing = request.inForce.setup.length === 0 && (copies === undefined || copies.contents.size === 0)
  return nothing ? {} : { prepare: prepareWith(request, next, copies) }
}

const prepareWith = (request: JudgeRequest, next: Case, copies: Copies | undefined) =>
  Effect.fnUntraced(function* (place: { readonly path: string; readonly known: Map<string, string>; readonly mark: string }) {
    const { own, root } = yield* Repository
    const { inForce, task } = request
    const variables = yield* standingVariables({ env: [] }, inForce)
    const copied = copies === undefined ? [] : yield* layCopies(place.path, copies)
    const { ran } = yield* setUp({
      tree: place.path,
      known: place.known,
      from: root,
      copy: [],
      setup: inForce.setup,
      env: {
        ...variables,
        ...gateVariables({ ...request, base: request.base, task, path: place.path, port: 0 }),
        [markVariable]: place.mark,
      },
      log: join(own, "logs", "gates", `${next.key.slice(0, 12)}-setup.log`),
    })
    for (const { command, code, ms } of ran)
      yield* request.onEvent({ type: "SetupRan", ...(task === undefined ? {} : { task: task.id }), command, code, ms })
    return copied
  })

/** One run of one gate in a checkout, and whether the checkout is still what it was. */
const runOnce = Effect.fnUntraced(function* (request: JudgeRequest, tree: string, place: JudgeTree, { gate, variables }: Case) {
  const { own } = yield* Repository
  const { task, onEvent } = request
  const log = join(own, "logs", "gates", `${tree.slice(0, 12)}-${gate.name}-${nanoid(6)}.log`)
  const port = yield* freePort()
  const env = { ...variables, ...gateVariables({ base: request.base, task, path: place.path, port }) }
  const run = yield* runGate({
    gate,
    cwd: place.path,
    env,
    traces: place.traces,
    log,
    graceMs: request.graceMs,
    onOutput: request.onOutput,
  })
  const of = task === undefined ? {} : { task: task.id }
  if (run.found.length > 0)
    yield* onEvent({ type: "ProcessesReaped", ...of, processes: run.found.map(({ pid, command }) => ({ pid, command })) })
  if (run.left.length > 0)
    yield* onEvent({
      type: "Warned",
      ...of,
      message: `gate ${gate.name} left processes that would not end: ${run.left.map(({ pid, command }) => `${pid} (${command})`).join(", ")}`,
      hint: `kill -9 ${run.left.map(({ pid }) => pid).join(" ")}`,
    })
  const { found: _, left: __, ...said } = run
  const verdict = { ...fresh(gate.name, gate.run), ...said, log } satisfies GateVerdict
  const edited = run.verdict === "timeout" ? [] : yield* place.changed
  if (edited.length === 0) return verdict
  const some = `${edited.slice(0, 5).join(", ")}${edited.length > 5 ? ", …" : ""}`
  return { ...verdict, verdict: "unrunnable", reason: `the gate edits tracked files: ${some}` } satisfies GateVerdict
})
