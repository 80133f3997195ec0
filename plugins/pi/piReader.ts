import {
  at,
  type Exit,
  inSession,
  listAt,
  numberAt,
  type Reader,
  refused,
  textAt,
  unfinished,
  wasStopped,
  wordsOf,
} from "../../core/kit/index.ts"
import type { AdapterEvent, Outcome } from "../../core/plugin.ts"

export const install = "npm install -g @earendil-works/pi-coding-agent"

const hints = {
  login: "pi, then /login, or set the key of the model's provider and name it in `agents.<name>.env`",
  account: "See to the account's plan and billing at the provider, or name another agent.",
  model: "Name a model that pi knows as `agents.<name>.model` in osier.yaml (pi --list-models).",
}

/** What was heard of one process so far. */
interface Heard {
  session: string | undefined
  text: string | undefined
  stopReason: string | undefined
  failure: string | undefined
  settled: boolean
  retried: boolean
}

const judged = ({ settled, stopReason, failure, retried, text }: Heard, exit: Exit, now: number): Outcome => {
  if (!settled) return unfinished("pi", exit, install, now, { hints })
  if (stopReason === "aborted") return { ok: false, class: "cancelled", reason: "pi was interrupted" }
  if (stopReason === "error") {
    const words = failure ?? "pi reported an error without words"
    return refused(wordsOf(words), words, "work", now, { retried, hints })
  }
  if (stopReason !== "stop") return { ok: false, class: "work", reason: `pi ended before it was done (${stopReason ?? "no answer"})` }
  if (exit.code === 0) return { ok: true, reason: "done", ...(text === undefined ? {} : { text }) }
  if (wasStopped(exit)) return { ok: false, class: "cancelled", reason: "pi was stopped" }
  return { ok: false, class: "crash", reason: `pi said success, but ended with ${exit.signal ?? `exit ${exit.code}`}` }
}

const messageOf = (heard: Heard, message: unknown): readonly AdapterEvent[] => {
  if (at(message, "role") !== "assistant") return []
  heard.stopReason = textAt(message, "stopReason")
  heard.failure = textAt(message, "errorMessage")
  if (heard.stopReason !== "error") heard.retried = false
  const words = listAt(message, "content")
    .flatMap((part) => (at(part, "type") === "text" ? (textAt(part, "text") ?? []) : []))
    .join("\n")
  if (words !== "") heard.text = words
  const count = (key: string) => numberAt(message, "usage", key) ?? 0
  const inputTokens = count("input") + count("cacheRead") + count("cacheWrite")
  const costUsd = numberAt(message, "usage", "cost", "total")
  const spent = { type: "spent", inputTokens, outputTokens: count("output"), ...(costUsd === undefined ? {} : { costUsd }) } as const
  const silent = spent.inputTokens + spent.outputTokens === 0
  return [...(words === "" ? [] : [{ type: "said", text: words } as const]), ...(silent ? [] : [spent])]
}

const usedOf = (event: unknown): AdapterEvent => {
  const path = textAt(event, "args", "path") ?? textAt(event, "args", "filePath")
  const detail = textAt(event, "args", "command") ?? path
  const tool = textAt(event, "toolName") ?? "tool"
  return { type: "used", tool, ...(detail === undefined ? {} : { detail }), ...(path === undefined ? {} : { paths: [path] }) }
}

const retryOf = (event: unknown): AdapterEvent => {
  const [attempt, delayMs] = [numberAt(event, "attempt"), numberAt(event, "delayMs")]
  const reason = wordsOf(textAt(event, "errorMessage") ?? "the request failed")
  return { type: "retrying", reason, ...(attempt === undefined ? {} : { attempt }), ...(delayMs === undefined ? {} : { delayMs }) }
}

const heardOf = (heard: Heard, event: unknown): readonly AdapterEvent[] => {
  switch (at(event, "type")) {
    case "session": {
      const session = textAt(event, "id")
      heard.session = session
      return [{ type: "started", ...(session === undefined ? {} : { session }) }]
    }
    case "agent_start":
      heard.settled = false
      return []
    case "message_end":
      return messageOf(heard, at(event, "message"))
    case "tool_execution_start":
      return [usedOf(event)]
    case "tool_execution_end":
      return at(event, "isError") === true ? [{ type: "used", tool: textAt(event, "toolName") ?? "tool", ok: false }] : []
    case "auto_retry_start":
      heard.retried = true
      return [retryOf(event)]
    case "agent_settled":
      heard.settled = true
      return []
    default:
      return []
  }
}

/** Reads `pi --mode json`. pi exits 0 when the model refused: only the last message's stop reason tells. */
export const piReader = (): Reader => {
  const heard: Heard = {
    session: undefined,
    text: undefined,
    stopReason: undefined,
    failure: undefined,
    settled: false,
    retried: false,
  }
  return {
    read: (event) => heardOf(heard, event),
    end: (exit, now) => inSession(judged(heard, exit, now), heard.session),
  }
}
