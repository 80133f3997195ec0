import { redacted } from "./secret.ts"

/** What looks like a secret in something that would leave, or could not be looked through; never the secret itself. */
export interface Finding {
  readonly where: "file" | "name" | "message" | "author" | "object" | "unseen"
  /** What it looks like; of something unseen, why nobody looked. */
  readonly kind: string
  readonly path?: string
  readonly line?: number
  readonly commit?: string
  /** The same for the same secret, wherever it stands, and telling nothing of it. */
  readonly mark: string
}

const quoted = (path: string): string => redacted(path).replace(/[\p{Cc}\u2028\u2029]/gu, "?")

/** Where a secret stands, for a person who has to look at it: file, line, kind and commit. */
export const tellFinding = ({ where, kind, path = "", line = 0, commit }: Finding): string => {
  const short = commit?.slice(0, 8) ?? ""
  const at = short === "" ? "" : `, commit ${short}`
  if (where === "file") return `${quoted(path)}:${line} (${kind}${at})`
  if (where === "name") return `the name of ${quoted(path)} (${kind}${at})`
  if (where === "message") return `the message of commit ${short} (${kind})`
  if (where === "author") return `the author of commit ${short} (${kind})`
  if (where === "object") return `${quoted(path)} (${kind})`
  return `${path === "" ? "what would be sent" : quoted(path)} (not looked through: ${kind}${at})`
}

const most = 5

/** One sentence on all of them, as the reason why something is held. */
export const tellFindings = (findings: readonly Finding[]): string => {
  const places = findings.slice(0, most).map(tellFinding)
  const more = findings.length > most ? `, and ${findings.length - most} more` : ""
  const unseen = findings.every(({ where }) => where === "unseen")
  return `${unseen ? "nobody can say whether it holds a secret" : "it seems to hold a secret"}: ${places.join(", ")}${more}`
}
