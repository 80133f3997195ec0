import { oneLine } from "../task/commitTitle.ts"
import type { Verdict } from "../task/outcome.ts"
import { Verdict as VerdictSchema } from "../task/outcome.ts"
import { withoutOsierTrailers } from "../task/trailers.ts"

/** How a task's commits come into the target. */
export type Mode = "squash" | "merge" | "rebase"

/** What a landing commit says of one task. */
export interface LandedTask {
  readonly id: number
  /** The commit of the task's branch that was landed. */
  readonly tip: string
  /** The nonce of the attempt that made it; a short block leaves it out. */
  readonly attempt?: string
  /** How it came in; a rebase that could not be one says squash. */
  readonly mode: Mode
  /** The commit of the side chain that ends this task's part; absent when the landing commit itself is the part. */
  readonly side?: string
}

/** What one gate said of the tree that landed. */
export interface GateVerdict {
  readonly gate: string
  readonly verdict: Verdict
}

/** All that a landing commit says in its trailers: what it lands, on top of what, and who judged it. */
export interface Landing {
  /** The target before; always the first parent, which a short block leaves to git. */
  readonly base?: string
  readonly tasks: readonly LandedTask[]
  /** Empty: no gate was configured, which the commit calls `ungated`. */
  readonly verdicts: readonly GateVerdict[]
  /** Hash of the gates' definitions. */
  readonly gates?: string
}

/** The words of a landing commit. Whatever comes from elsewhere loses its `Osier-…:` lines: they are the proof, and only osier writes them. */
export const landingMessage = (words: {
  readonly subject: string
  readonly body?: string
  /** Trailers of the work that say by whom it is. */
  readonly credits?: readonly string[]
  readonly landing: Landing
}): string => {
  const paragraphs = [foreign(words.subject, words.body ?? ""), [...(words.credits ?? []), ...trailers(words.landing)].join("\n")]
  return `${paragraphs.join("\n\n")}\n`
}

/** The words of a commit on the side chain: they name the task, and prove nothing. */
export const sideMessage = (words: {
  readonly subject: string
  readonly body?: string
  readonly credits?: readonly string[]
  readonly task: { readonly id: number }
}): string => `${foreign(words.subject, words.body ?? "")}\n\n${[...(words.credits ?? []), `Osier-Task: ${words.task.id}`].join("\n")}\n`

const foreign = (subject: string, body: string): string => {
  const first = oneLine(withoutOsierTrailers(subject))
  const rest = withoutOsierTrailers(body.replace(/\r\n?/g, "\n").replaceAll("\0", "")).trim()
  return rest === "" ? first || "untitled" : `${first || "untitled"}\n\n${rest}`
}

/** The same landing in as few words as prove it: what git says itself, and what is usual, is left out. */
export const shortLanding = ({ tasks, verdicts }: Landing): Landing => ({
  tasks: tasks.map(({ attempt: _attempt, ...task }) => task),
  verdicts,
})

const trailers = (landing: Landing): readonly string[] => [
  ...(landing.base === undefined ? [] : [`Osier-Base: ${landing.base}`]),
  ...landing.tasks.flatMap((task) => [
    `Osier-Task: ${task.id}`,
    `Osier-Tip: ${task.tip}`,
    ...(task.attempt === undefined ? [] : [`Osier-Attempt: ${encodeURIComponent(task.attempt)}`]),
    ...(landing.base === undefined && task.mode === "squash" ? [] : [`Osier-Mode: ${task.mode}`]),
    ...(task.side === undefined ? [] : [`Osier-Side: ${task.side}`]),
  ]),
  `Osier-Verdict: ${
    landing.verdicts.length === 0 ? "ungated" : landing.verdicts.map((one) => `${encodeURIComponent(one.gate)}=${one.verdict}`).join(" ")
  }`,
  ...(landing.gates === undefined ? [] : [`Osier-Gates: ${encodeURIComponent(landing.gates)}`]),
]

/**
 * Reads a landing back. Strict on purpose: only the last paragraph counts, and only if it is letter by letter what
 * osier would have written.
 */
export const readLanding = (message: string): Landing | undefined => {
  const lines = (message.trimEnd().split(/\n\n+/).at(-1) ?? "").split("\n").filter((line) => !/^(?!osier-)[a-z][\w-]*-by: /i.test(line))
  const pairs = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(": ")
    return [line.slice(0, colon), line.slice(colon + 2)]
  })
  const one = (key: string) => pairs.find(([name]) => name === key)?.[1]
  const starts = pairs.flatMap(([name], at) => (name === "Osier-Task" ? [at] : []))
  const tasks = starts.map((start, n) => readTask(new Map(pairs.slice(start, starts[n + 1]))))
  const verdicts = readVerdicts(one("Osier-Verdict") ?? "")
  const base = one("Osier-Base")
  if (verdicts === undefined || (base !== undefined && !isOid(base))) return undefined
  const known = tasks.filter((task) => task !== undefined)
  if (known.length === 0 || known.length !== tasks.length) return undefined
  const gates = one("Osier-Gates")
  const landing: Landing = {
    ...(base === undefined ? {} : { base }),
    tasks: known,
    verdicts,
    ...(gates === undefined ? {} : { gates: decoded(gates) }),
  }
  return trailers(landing).join("\n") === lines.join("\n") ? landing : undefined
}

const isOid = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)

const readTask = (fields: ReadonlyMap<string, string>): LandedTask | undefined => {
  const id = Number(fields.get("Osier-Task"))
  const tip = fields.get("Osier-Tip") ?? ""
  const attempt = fields.get("Osier-Attempt")
  const mode = (["squash", "merge", "rebase"] as const).find((known) => known === (fields.get("Osier-Mode") ?? "squash"))
  const side = fields.get("Osier-Side")
  if (!Number.isSafeInteger(id) || id < 0 || !isOid(tip) || mode === undefined) return undefined
  if (side !== undefined && !isOid(side)) return undefined
  return {
    id,
    tip,
    ...(attempt === undefined ? {} : { attempt: decoded(attempt) }),
    mode,
    ...(side === undefined ? {} : { side }),
  }
}

const readVerdicts = (text: string): readonly GateVerdict[] | undefined => {
  if (text === "ungated") return []
  const all = text.split(" ").map((word): GateVerdict | undefined => {
    const equals = word.lastIndexOf("=")
    const verdict = VerdictSchema.literals.find((known) => known === word.slice(equals + 1))
    return equals < 1 || verdict === undefined ? undefined : { gate: decoded(word.slice(0, equals)), verdict }
  })
  const known = all.filter((one) => one !== undefined)
  return known.length === all.length ? known : undefined
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
