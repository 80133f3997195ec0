import type { Outcome } from "../plugin.ts"

/** Who is to blame, as an outcome names it. */
export type Blame = NonNullable<Outcome["class"]>

/** What a person has to mend, before any task of the agent can go well. */
export type Ailment = "login" | "account" | "model"

/**
 * What an HTTP status of a model's service means for the attempt.
 *
 * | status                            | class       | because                                                          |
 * | --------------------------------- | ----------- | ---------------------------------------------------------------- |
 * | 401, 403                          | environment | not logged in, or not allowed: every task of this agent fails so |
 * | 402, 408, 409, 425, 429, 5xx, 529 | provider    | billing, quota, overload: the same job works later               |
 * | 400, 404 and other 4xx            | plan        | the job as configured is refused: a wrong model, a bad request   |
 */
export const blameStatus = (status: number): Blame => {
  if (status === 401 || status === 403) return "environment"
  if (status === 402 || status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) return "provider"
  return "plan"
}

const noSession = /no (conversation|session|rollout) found|session found in different project/i
const tooLong =
  /prompt is too long|context[_ ]?(window|length)|maximum context|ran out of room|too many tokens|input (is )?too long|start a new (thread|session|conversation)/i
const account =
  /credit balance|billing_(error|hard_limit)|billing (hard )?limit|insufficient[_ ]?(quota|funds|credits?|balance)|out of credits|check your plan and billing/i
const model =
  /model.{0,60}(not found|not exist|not supported|not available|may not have access)|issue with the selected model|(unknown|invalid|no such) model|model_not_found/i
const login =
  /\b(log(ged)?|sign(ed)?)[ -]?(in|out)\b|api[_ ]key|unauthori[sz]ed|authentication|credential|missing environment variable|forbidden|missing scopes?|token (has |is )?(expired|revoked|invalid)/i

/** Read from top to bottom; the first that fits decides. */
const signs: readonly (readonly [RegExp, Blame])[] = [
  [noSession, "work"],
  [tooLong, "work"],
  [account, "environment"],
  [/usage limit|rate.?limit|quota|payment required|overloaded/i, "provider"],
  [/high demand|at capacity|server.?error|service unavailable|bad gateway|too many requests|try again (later|in|at)/i, "provider"],
  [/certificate|self.signed/i, "environment"],
  [
    /stream (disconnected|closed|ended)|connection (error|refused|reset)|fetch failed|socket hang up|other side closed|timed out|timeout|^terminated\b/i,
    "provider",
  ],
  [/ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|UND_ERR_/, "provider"],
  [login, "environment"],
  [model, "plan"],
  [/invalid.?request|bad request/i, "plan"],
]

/** The HTTP status that words name; undefined when they name none. */
export const statusIn = (text: string): number | undefined => {
  const status = /^\s*(?:API Error: |Error: )?([45]\d\d)\b|(?:unexpected|last|http) status:?(?: code)?:? ([45]\d\d)\b/i.exec(text)
  const code = Number(status?.[1] ?? status?.[2])
  return code > 0 ? code : undefined
}

/** The class of a failure that only words tell; undefined when they tell nothing. */
export const blameText = (text: string): Blame | undefined => {
  const code = statusIn(text)
  if (code === undefined) return signs.find(([sign]) => sign.test(text))?.[1]
  // A refused request may be too long, and a refused payment comes under any of several statuses.
  if (code < 500 && code !== 401) return signs.slice(0, 3).find(([sign]) => sign.test(text))?.[1] ?? blameStatus(code)
  return blameStatus(code)
}

/** Whether a session can't be continued, by what its program said: the next attempt has to start afresh. */
export const isSessionLost = (text: string): boolean => noSession.test(text) || tooLong.test(text)

/** What a failure of that class says is wrong with the agent itself, whatever its task; undefined when it says nothing of the kind. */
export const ailmentOf = (text: string, blame: Blame): Ailment | undefined => {
  if (blame === "environment" && account.test(text)) return "account"
  if (blame === "environment" && (blameText(text) === "environment" || login.test(text))) return "login"
  return blame === "plan" && model.test(text) ? "model" : undefined
}
