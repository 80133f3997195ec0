import {
  at,
  blameStatus,
  type Exit,
  inSession,
  listAt,
  numberAt,
  parseLine,
  type Reader,
  refused,
  statusIn,
  textAt,
  unfinished,
  wasStopped,
  wordsOf,
} from "../../core/kit/index.ts"
import type { AdapterEvent, Outcome } from "../../core/plugin.ts"

export const install = "npm install -g @openai/codex"

const hints = {
  login: "codex login, or set OPENAI_API_KEY",
  account: "See to the account's plan and billing at the provider, or name another agent.",
  model: "Name a model that the account has as `agents.<name>.model` in osier.yaml.",
}

const failedStatus = ["failed", "declined"]

/** One item, when it begins and, if it went wrong, when it ends. */
const itemOf = (item: unknown, begins: boolean): readonly AdapterEvent[] => {
  const type = textAt(item, "type") ?? ""
  if (type === "agent_message") return begins ? [] : [{ type: "said", text: textAt(item, "text") ?? "" }]
  const failed = failedStatus.includes(textAt(item, "status") ?? "")
  if (!begins && !failed) return []
  const ok = failed ? { ok: false } : {}
  switch (type) {
    case "command_execution":
      return [{ type: "used", tool: "shell", detail: textAt(item, "command") ?? "", ...ok }]
    case "file_change": {
      const paths = listAt(item, "changes").flatMap((change) => textAt(change, "path") ?? [])
      return [{ type: "used", tool: "edit", detail: paths.join(", "), paths, ...ok }]
    }
    case "mcp_tool_call":
      return [
        {
          type: "used",
          tool: `${textAt(item, "server") ?? "mcp"}.${textAt(item, "tool") ?? "tool"}`,
          ...ok,
        },
      ]
    case "web_search":
      return [{ type: "used", tool: "web_search", detail: textAt(item, "query") ?? "", ...ok }]
    default:
      return []
  }
}

/** What was heard of one process so far. */
interface Heard {
  session: string | undefined
  text: string | undefined
  completed: boolean
  failure: string | undefined
  retried: boolean
  lastTry: boolean
}

/** Every error before the end is one that codex goes on after; only what it says once more after its last try is not told. */
const errorOf = (heard: Heard, reason: string): readonly AdapterEvent[] => {
  const [, count, of] = /^Reconnecting\W+(\d+)\/(\d+)/.exec(reason) ?? []
  const status = statusIn(reason)
  const final = heard.lastTry || parseLine(reason) !== undefined || (status !== undefined && blameStatus(status) !== "provider")
  if (count === undefined && final) return []
  heard.retried = true
  heard.lastTry = count !== undefined && count === of
  return [{ type: "retrying", reason, ...(count === undefined ? {} : { attempt: Number(count) }) }]
}

const judged = ({ failure, retried, completed, text }: Heard, exit: Exit, now: number): Outcome => {
  if (failure !== undefined) {
    // a refused request (400) comes as the bare response body, every other failure with words
    if (parseLine(failure) !== undefined) return refused(wordsOf(failure), wordsOf(failure), "plan", now, { hints })
    return refused(wordsOf(failure), failure, "work", now, { retried, hints })
  }
  if (!completed) return unfinished("codex", exit, install, now, { hints })
  if (exit.code === 0) return { ok: true, reason: "done", ...(text === undefined ? {} : { text }) }
  if (wasStopped(exit)) return { ok: false, class: "cancelled", reason: "codex was stopped" }
  return { ok: false, class: "crash", reason: `codex said success, but ended with ${exit.signal ?? `exit ${exit.code}`}` }
}

/** Of the whole thread: a resumed session counts its earlier turns again. */
const spentOf = (event: unknown): AdapterEvent => ({
  type: "spent",
  inputTokens: numberAt(event, "usage", "input_tokens") ?? 0,
  outputTokens: numberAt(event, "usage", "output_tokens") ?? 0,
  total: true,
})

const heardOf = (heard: Heard, event: unknown): readonly AdapterEvent[] => {
  switch (at(event, "type")) {
    case "thread.started": {
      const session = textAt(event, "thread_id")
      heard.session = session
      return [{ type: "started", ...(session === undefined ? {} : { session }) }]
    }
    case "turn.started":
      heard.completed = false
      heard.failure = undefined
      return []
    case "item.started":
      heard.retried = false
      heard.lastTry = false
      return itemOf(at(event, "item"), true)
    case "item.completed":
      if (at(event, "item", "type") !== "error") heard.retried = false
      if (at(event, "item", "type") === "agent_message") heard.text = textAt(event, "item", "text")
      return itemOf(at(event, "item"), false)
    case "error":
      return errorOf(heard, textAt(event, "message") ?? "")
    case "turn.failed":
      heard.failure = textAt(event, "error", "message") ?? "codex reported a failure without words"
      return []
    case "turn.completed":
      heard.completed = true
      return [spentOf(event)]
    default:
      return []
  }
}

/** Reads `codex exec --json`. Its `error` events and items are not fatal; only `turn.failed` is. */
export const codexReader = (): Reader => {
  const heard: Heard = {
    session: undefined,
    text: undefined,
    completed: false,
    failure: undefined,
    retried: false,
    lastTry: false,
  }
  return {
    read: (event) => heardOf(heard, event),
    end: (exit, now) => inSession(judged(heard, exit, now), heard.session),
  }
}
