import type { Outcome } from "../plugin.ts"
import { type Ailment, ailmentOf, type Blame, blameStatus, blameText, isSessionLost, statusIn } from "./blame.ts"
import { notBefore } from "./notBefore.ts"
import type { Exit } from "./program.ts"

/** The last line that says something, for a person. */
export const lastLine = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => line !== "") ?? ""

const stopCodes: readonly (number | null)[] = [129, 130, 143]
const stopSignals: readonly (string | null)[] = ["SIGHUP", "SIGINT", "SIGTERM"]

/** Whether somebody asked the program to end: this adapter, or a signal that asks. SIGKILL doesn't ask. */
export const wasStopped = (exit: Exit): boolean => exit.stopped || stopCodes.includes(exit.code) || stopSignals.includes(exit.signal)

const howItEnded = (exit: Exit): string => (exit.signal === null ? `exit ${exit.code}` : `killed by ${exit.signal}`)

/** What an adapter knows of its program that words alone don't tell. */
export interface Knowledge {
  /** The program itself repeated the request as one that may go well later: the provider's failure, unless a status says else. */
  readonly retried?: boolean
  /** The program's own name of the failure is clear. */
  readonly named?: Blame
  /** What to type, for each thing that can be wrong with the agent itself. */
  readonly hints?: Readonly<Partial<Record<Ailment, string>>>
}

const blameOf = (words: string, { named, retried }: Knowledge): Blame | undefined => {
  if (named !== undefined) return named
  const status = statusIn(words)
  if (retried !== true) return blameText(words)
  return status === undefined || blameStatus(status) === "provider"
    ? blameText(words) === "environment"
      ? "environment"
      : "provider"
    : blameText(words)
}

/**
 * A failure with its class: the program's own name of it first, then its structure, then its words; `otherwise` when all of them
 * say nothing.
 */
export const refused = (reason: string, words: string, otherwise: Blame, now: number, knowledge: Knowledge = {}): Outcome => {
  const blame = blameOf(words, knowledge) ?? otherwise
  const at = blame === "provider" ? notBefore(words, now) : undefined
  const ailment = ailmentOf(words, blame)
  const hint = ailment === undefined ? undefined : knowledge.hints?.[ailment]
  return {
    ok: false,
    class: blame,
    reason,
    ...(at === undefined ? {} : { notBefore: at }),
    ...(ailment === undefined ? {} : { broken: true }),
    ...(hint === undefined ? {} : { hint }),
    ...(isSessionLost(words) ? { session: null } : {}),
  }
}

/** The outcome with the session to go on with, unless it says that this one is lost. */
export const inSession = (outcome: Outcome, session: string | undefined): Outcome =>
  session === undefined || outcome.session === null ? outcome : { ...outcome, session }

/**
 * The outcome of a program that ended without its closing event. Exit 0 is no success here either: nobody said so.
 * `install` is what to type when the program is missing.
 */
export const unfinished = (name: string, exit: Exit, install: string, now: number, knowledge: Knowledge = {}): Outcome => {
  const absent = { ok: false, class: "environment", broken: true } as const
  if (exit.error === "ENOENT") return { ...absent, reason: `${name} is not installed: ${install}`, hint: install }
  if (exit.error !== undefined) return { ...absent, reason: `${name} could not be started: ${exit.error}` }
  if (wasStopped(exit)) return { ok: false, class: "cancelled", reason: `${name} was stopped` }
  // the telling line is not always the last one: some print where to read more after it
  const said =
    exit.stderr
      .split("\n")
      .find((line) => blameText(line) !== undefined)
      ?.trim() ?? lastLine(exit.stderr)
  const reason = `${name} ended without a result (${howItEnded(exit)})${said === "" ? "" : `: ${said}`}`
  // 126 and 127: a wrapper did not find or could not start the program
  if (exit.code === 126 || exit.code === 127) return { ...absent, reason, hint: install }
  // somebody else ended it, as the system does when memory is short: that says nothing of the agent's next task
  if (exit.signal !== null) return { ok: false, class: "crash", reason }
  return refused(reason, exit.stderr, "environment", now, knowledge)
}
