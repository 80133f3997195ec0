import type { Outcome } from "../plugin.ts"

/** Who is to blame, as an outcome names it. */
export type Blame = NonNullable<Outcome["class"]>

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

/** Read from top to bottom; the first that fits decides. */
const signs: readonly (readonly [RegExp, Blame])[] = [
  [/no (conversation|session|rollout) found|session found in different project/i, "work"],
  [/prompt is too long|context (window|length)|maximum context/i, "work"],
  [/usage limit|rate.?limit|quota|credit balance|billing|insufficient.?(funds|credit)|payment required|overloaded/i, "provider"],
  [/high demand|at capacity|server.?error|service unavailable|bad gateway|too many requests|try again (later|in)/i, "provider"],
  [
    /stream (disconnected|closed|ended)|connection (error|refused|reset)|fetch failed|socket hang up|timed out|timeout|^terminated$/i,
    "provider",
  ],
  [/ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE/, "provider"],
  [/\blog(ged)? ?in\b|api key|unauthori[sz]ed|authentication|credential|missing environment variable|forbidden/i, "environment"],
  [/model.{0,40}(not found|not exist|not supported|unknown)|unknown model|invalid.?(request|model)|bad request/i, "plan"],
]

/** The class of a failure that only words tell; undefined when they tell nothing. */
export const blameText = (text: string): Blame | undefined => {
  const status = /^\s*(?:API Error: )?([45]\d\d)\b|(?:unexpected|last) status:? ([45]\d\d)\b/i.exec(text)
  const code = Number(status?.[1] ?? status?.[2])
  if (code === 400 || code === 404) return signs.slice(0, 2).find(([sign]) => sign.test(text))?.[1] ?? blameStatus(code)
  if (code > 0) return blameStatus(code)
  return signs.find(([sign]) => sign.test(text))?.[1]
}
