import {
  type Ailment,
  at,
  blameStatus,
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

export const install = "npm install -g @anthropic-ai/claude-code"

/**
 * claude's own names of what went wrong. A login and a spent balance are the person's to mend, quota and overload the
 * provider's, a wrong model or request the plan's; a turn limit is work that another attempt can continue; a spent
 * budget is the plan's, since another attempt would spend it again.
 */
const blames: Readonly<Record<string, NonNullable<Outcome["class"]>>> = {
  authentication_failed: "environment",
  oauth_org_not_allowed: "environment",
  account_on_hold: "environment",
  verification_required: "environment",
  cloud_credential_error: "environment",
  billing_error: "environment",
  rate_limit: "provider",
  overloaded: "provider",
  server_error: "provider",
  model_not_found: "plan",
  invalid_request: "plan",
  max_output_tokens: "work",
  error_max_turns: "work",
  error_max_budget_usd: "plan",
  error_max_structured_output_retries: "work",
  prompt_too_long: "work",
  blocking_limit: "provider",
}

/** Names of what is wrong with the agent itself: every other task would find the same. */
const ailments: Readonly<Record<string, Ailment>> = {
  authentication_failed: "login",
  oauth_org_not_allowed: "login",
  account_on_hold: "account",
  verification_required: "account",
  cloud_credential_error: "login",
  billing_error: "account",
  model_not_found: "model",
}

const hints = {
  login: "claude /login, or set ANTHROPIC_API_KEY",
  account: "See to the account's plan and billing (claude /status), or name another agent.",
  model: "Name a model that the account has as `agents.<name>.model` in osier.yaml.",
}

const detailOf = (input: unknown): string | undefined =>
  textAt(input, "command") ??
  textAt(input, "file_path") ??
  textAt(input, "notebook_path") ??
  textAt(input, "pattern") ??
  textAt(input, "description")

/** What its tool for questions asks. */
const questionIn = (tool: string, input: unknown): string | undefined => {
  if (tool !== "AskUserQuestion") return undefined
  const asked = listAt(input, "questions").flatMap((one) => textAt(one, "question") ?? [])
  return asked.length === 0 ? (textAt(input, "question") ?? "it asks something") : asked.join(" ")
}

/** What was heard of one process so far. */
interface Heard {
  session: string | undefined
  result: unknown
  error: string | undefined
  resetsAt: number | undefined
  refusals: number
  retried: boolean
  /** The tools that were called, by the id of the call. */
  readonly calls: Map<string, string>
}

const contentOf = (heard: Heard, event: unknown): readonly AdapterEvent[] =>
  listAt(event, "message", "content").flatMap((block): readonly AdapterEvent[] => {
    const text = textAt(block, "text")
    if (at(block, "type") === "text" && at(event, "type") === "assistant" && text !== undefined) return [{ type: "said", text }]
    if (at(block, "type") === "tool_use") return [usedBy(heard, block)]
    if (at(block, "type") !== "tool_result" || at(block, "is_error") !== true) return []
    return [{ type: "used", tool: heard.calls.get(textAt(block, "tool_use_id") ?? "") ?? "tool", ok: false }]
  })

const usedBy = (heard: Heard, block: unknown): AdapterEvent => {
  const tool = textAt(block, "name") ?? "tool"
  heard.calls.set(textAt(block, "id") ?? "", tool)
  const question = questionIn(tool, at(block, "input"))
  if (question !== undefined) return { type: "asked", question }
  const detail = detailOf(at(block, "input"))
  const path = textAt(block, "input", "file_path") ?? textAt(block, "input", "notebook_path")
  return { type: "used", tool, ...(detail === undefined ? {} : { detail }), ...(path === undefined ? {} : { paths: [path] }) }
}

const systemOf = (heard: Heard, event: unknown): readonly AdapterEvent[] => {
  const { session } = heard
  const version = textAt(event, "claude_code_version")
  switch (at(event, "subtype")) {
    case "init":
      return [{ type: "started", ...(session === undefined ? {} : { session }), ...(version === undefined ? {} : { version }) }]
    case "api_retry":
      return [retryOf(heard, event)]
    case "permission_denied":
      return [{ type: "asked", question: textAt(event, "message") ?? `may I use ${textAt(event, "tool_name") ?? "a tool"}?` }]
    default:
      return []
  }
}

const retryOf = (heard: Heard, event: unknown): AdapterEvent => {
  const [attempt, delayMs] = [numberAt(event, "attempt"), numberAt(event, "retry_delay_ms")]
  heard.retried = true
  if (blameStatus(numberAt(event, "error_status") ?? 0) === "environment") heard.refusals += 1
  const reason = `${textAt(event, "error") ?? "connection lost"} ${numberAt(event, "error_status") ?? ""}`.trim()
  return { type: "retrying", reason, ...(attempt === undefined ? {} : { attempt }), ...(delayMs === undefined ? {} : { delayMs }) }
}

/** Its tokens are of this process, its costs of the whole session. */
const spentOf = (event: unknown): readonly AdapterEvent[] => {
  const count = (key: string) => numberAt(event, "usage", key) ?? 0
  const inputTokens = count("input_tokens") + count("cache_creation_input_tokens") + count("cache_read_input_tokens")
  const costUsd = numberAt(event, "total_cost_usd")
  const tokens = { type: "spent", inputTokens, outputTokens: count("output_tokens") } as const
  return costUsd === undefined ? [tokens] : [tokens, { type: "spent", costUsd, total: true }]
}

const failed = ({ result, error, retried, resetsAt }: Heard, words: string, now: number): Outcome => {
  const subtype = textAt(result, "subtype") ?? ""
  const ended = textAt(result, "terminal_reason") ?? ""
  if (ended.startsWith("aborted_")) return { ok: false, class: "cancelled", reason: "claude was interrupted" }
  const status = numberAt(result, "api_error_status")
  const name = [subtype, ended, error ?? ""].find((one) => blames[one] !== undefined) ?? ""
  const named = blames[name] ?? (status === undefined ? undefined : blameStatus(status))
  const outcome = refused(wordsOf(words), words, "work", now, { ...(named === undefined ? {} : { named }), retried, hints })
  const until = outcome.class === "provider" ? (resetsAt ?? outcome.notBefore) : undefined
  const ailment = ailments[name] ?? (status === 401 || status === 403 ? "login" : undefined)
  return {
    ...outcome,
    ...(ailment === undefined ? {} : { broken: true, hint: hints[ailment] }),
    ...(until === undefined ? {} : { notBefore: until }),
  }
}

// claude repeats a refused login ten times, for three minutes
const isHopeless = ({ refusals }: Heard) => refusals >= 2

const judged = (heard: Heard, exit: Exit, now: number): Outcome => {
  const { result } = heard
  if (result === undefined && isHopeless(heard)) {
    const reason = "claude is not logged in: the provider refused its key or login (401)"
    return { ok: false, class: "environment", reason, broken: true, hint: hints.login }
  }
  if (result === undefined) return unfinished("claude", exit, install, now, { hints })
  const text = textAt(result, "result")
  const errors = listAt(result, "errors").filter((line) => typeof line === "string")
  const words = text ?? errors.join("; ")
  const good = at(result, "subtype") === "success" && at(result, "is_error") === false
  if (good && exit.code === 0) return { ok: true, reason: "done", ...(text === undefined ? {} : { text }) }
  if (good && wasStopped(exit)) return { ok: false, class: "cancelled", reason: "claude was stopped" }
  if (good) {
    const reason = `claude said success, but ended with ${exit.signal ?? `exit ${exit.code}`}`
    return { ok: false, class: "crash", reason }
  }
  return failed(heard, words === "" ? "claude reported an error without words" : words, now)
}

const heardOf = (heard: Heard, event: unknown): readonly AdapterEvent[] => {
  heard.session = textAt(event, "session_id") ?? heard.session
  switch (at(event, "type")) {
    case "system":
      return systemOf(heard, event)
    case "assistant":
      heard.error = textAt(event, "error") ?? heard.error
      if (at(event, "message", "model") !== "<synthetic>") heard.retried = false
      // the words of a failed request come again, classified, with the result
      return at(event, "message", "model") === "<synthetic>" ? [] : contentOf(heard, event)
    case "user":
      return contentOf(heard, event)
    case "rate_limit_event": {
      const seconds = numberAt(event, "rate_limit_info", "resetsAt")
      if (at(event, "rate_limit_info", "status") === "rejected" && seconds !== undefined) heard.resetsAt = seconds * 1000
      return []
    }
    case "result":
      heard.result = event
      return spentOf(event)
    default:
      return []
  }
}

/** Reads `claude -p --output-format stream-json`. */
export const claudeReader = (): Reader => {
  const heard: Heard = {
    session: undefined,
    result: undefined,
    error: undefined,
    resetsAt: undefined,
    refusals: 0,
    retried: false,
    calls: new Map(),
  }
  return {
    read: (event) => heardOf(heard, event),
    hopeless: () => isHopeless(heard),
    end: (exit, now) => inSession(judged(heard, exit, now), heard.session),
  }
}
