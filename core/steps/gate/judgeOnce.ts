import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import { join } from "node:path"
import type { Gate } from "../../domain/settings/settings.ts"
import type { GateVerdict } from "../../domain/task/judgement.ts"
import { Repository } from "../../world/git/repository.ts"
import { freePort } from "../tree/freePort.ts"
import { gateVariables } from "./gateEnvironment.ts"
import type { JudgeRequest } from "./judgeRequest.ts"
import type { JudgeTree } from "./judgeTree.ts"
import { runGate } from "./runGate.ts"

/** One run of one gate in a checkout, and whether the checkout is still what it was. */
export const judgeOnce = Effect.fnUntraced(function* (
  request: JudgeRequest,
  place: JudgeTree,
  { gate, variables }: { readonly gate: Gate; readonly variables: Readonly<Record<string, string>> },
) {
  const { own } = yield* Repository
  const { task, onEvent } = request
  const log = join(own, "logs", "gates", `${place.tree.slice(0, 12)}-${gate.name}-${nanoid(6)}.log`)
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
  const verdict = { ...freshVerdict(gate.name, gate.run), ...said, log } satisfies GateVerdict
  const edited = run.verdict === "timeout" ? [] : yield* place.changed
  if (edited.length === 0) return verdict
  const some = `${edited.slice(0, 5).join(", ")}${edited.length > 5 ? ", …" : ""}`
  return { ...verdict, verdict: "unrunnable", reason: `the gate edits tracked files: ${some}` } satisfies GateVerdict
})

/** A verdict before anything is known of it. */
export const freshVerdict = (gate: string, run: readonly string[]) => ({
  gate,
  run,
  ms: 0,
  cached: false,
  flaky: false,
  confirmed: false,
  tail: "",
})
