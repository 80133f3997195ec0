/** How keys and tokens look that people are given by their providers. */
const shapes: readonly (readonly [string, RegExp])[] = [
  ["an AWS key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})/],
  ["a GitLab token", /\bglpat-[\w-]{20}/],
  ["a Slack token", /\bxox[abprs]-[\w-]{10}/],
  ["an Anthropic key", /\bsk-ant-[\w-]{20}/],
  ["an OpenAI key", /\bsk-(?:proj-)?[A-Za-z0-9]{32}/],
  ["a Google key", /\bAIza[\w-]{35}/],
  ["a Stripe key", /\b[rs]k_live_[0-9A-Za-z]{20}/],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}/],
  ["a private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
]

const telling = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL/i

/** Shorter values, as `true` or a port, stand in every other line. */
const shortest = 8

/** What kind of secret a line holds, never the secret itself; `environment` is the one whose values must not get out. */
export const secretIn = (line: string, environment: Readonly<Record<string, string | undefined>>): string | undefined => {
  for (const [name, value = ""] of Object.entries(environment)) {
    if (value.length >= shortest && telling.test(name) && line.includes(value)) return `the value of ${name}`
  }
  return shapes.find(([, shape]) => shape.test(line))?.[0]
}
