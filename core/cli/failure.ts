import * as Cause from "effect/Cause"
import type { Exit } from "../domain/text/complaint.ts"
import { type Problem, printProblem } from "../domain/text/problem.ts"
import type { Screen } from "./screen.ts"

/** What is known of a failure, however little it tells of itself. */
interface Told {
  readonly tag: string
  readonly message: string
  readonly hint: string
  readonly exit: Exit
  readonly place: Readonly<Record<string, string | number>>
  readonly problems: readonly Problem[]
}

const exits: readonly Exit[] = [0, 1, 2, 3, 4, 5, 130]

const read = (from: object, key: string): unknown => Reflect.get(from, key)
const textOf = (from: object, key: string): string | undefined => {
  const value = read(from, key)
  return typeof value === "string" ? value : undefined
}

const isProblem = (value: unknown): value is Problem => typeof value === "object" && value !== null && "message" in value && "hint" in value

const told = (failure: unknown): Told => {
  const from = typeof failure === "object" && failure !== null ? failure : new Error(String(failure))
  const problems = read(from, "problems")
  const refused = Array.isArray(problems) ? problems.filter(isProblem) : []
  // Only a problem knows a line: Bun gives every error a `line` and `column` of its own, of where it was made.
  const place = ["file", "field", ...(refused.length > 0 ? ["line", "column"] : [])].flatMap(
    (key): (readonly [string, string | number])[] => {
      const value = read(from, key)
      return typeof value === "string" || typeof value === "number" ? [[key, value]] : []
    },
  )
  return {
    tag: textOf(from, "_tag") ?? "Defect",
    message: textOf(from, "message") || (textOf(from, "_tag") ?? String(failure)),
    hint: textOf(from, "hint") ?? "Run the same command again; `osier doctor` looks for what may be wrong.",
    exit: exits.find((one) => one === read(from, "exit")) ?? 3,
    place: Object.fromEntries(place),
    problems: refused,
  }
}

const defect = (cause: Cause.Cause<unknown>): Told => {
  const error = Cause.squash(cause)
  const message = error instanceof Error ? error.message : String(error)
  const hint = "This is a mistake in osier itself, and nothing of yours is lost. OSIER_DEBUG=1 shows where it happened."
  return { tag: "Defect", message: `unexpected: ${message.split("\n")[0]}`, hint, exit: 3, place: {}, problems: [] }
}

const documented = ({ tag, message, hint, place, problems }: Told): string =>
  JSON.stringify({ error: { tag, message, hint, ...place, ...(problems.length > 1 ? { problems } : {}) } })

const written = (it: Told, screen: Screen): string => {
  const { bad, dim } = screen.errPaint
  if (it.problems.length > 0) {
    const rows = it.problems.flatMap((problem) => [`osier: ${bad(printProblem(problem))}`, `  ${problem.hint}`])
    return it.problems.length === 1 ? rows.join("\n") : [...rows, `osier: ${it.problems.length} mistakes, nothing was started`].join("\n")
  }
  const at = [it.place["file"], it.place["line"]].filter((part) => part !== undefined).join(":")
  const place = at === "" || it.message.includes(at) ? "" : `${at}: `
  return `osier: ${bad(place + it.message)}\n  ${dim(it.hint)}`
}

/** Prints why a verb failed, for a person or as one JSON document, and answers with the exit code. */
export const reportFailure = (cause: Cause.Cause<unknown>, screen: Screen, json: boolean, debug: boolean): Exit => {
  if (Cause.hasInterruptsOnly(cause)) {
    if (json) screen.err(JSON.stringify({ error: { tag: "Interrupted", message: "interrupted", hint: "Run the same command again." } }))
    return 130
  }
  const failed = cause.reasons.find(Cause.isFailReason)
  const it = failed === undefined ? defect(cause) : told(failed.error)
  screen.err(json ? documented(it) : written(it, screen))
  if (debug) screen.err(Cause.pretty(cause))
  return it.exit
}
