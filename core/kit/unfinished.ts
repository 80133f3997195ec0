import type { Outcome } from "../plugin.ts"
import { blameText } from "./blame.ts"
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

/** A failure with its class read from the provider's own words; `otherwise` when they say nothing. */
export const refused = (reason: string, words: string, otherwise: NonNullable<Outcome["class"]>, now: number): Outcome => {
  const blame = blameText(words) ?? otherwise
  const at = blame === "provider" ? notBefore(words, now) : undefined
  return { ok: false, class: blame, reason, ...(at === undefined ? {} : { notBefore: at }) }
}

/**
 * The outcome of a program that ended without its closing event. Exit 0 is no success here either: nobody said so.
 * `install` is what to type when the program is missing.
 */
export const unfinished = (name: string, exit: Exit, install: string, now: number): Outcome => {
  if (exit.error === "ENOENT") return { ok: false, class: "environment", reason: `${name} is not installed: ${install}` }
  if (exit.error !== undefined)
    return {
      ok: false,
      class: "environment",
      reason: `${name} could not be started: ${exit.error}`,
    }
  if (wasStopped(exit)) return { ok: false, class: "cancelled", reason: `${name} was stopped` }
  // the telling line is not always the last one: some print where to read more after it
  const said =
    exit.stderr
      .split("\n")
      .find((line) => blameText(line) !== undefined)
      ?.trim() ?? lastLine(exit.stderr)
  const reason = `${name} ended without a result (${howItEnded(exit)})${said === "" ? "" : `: ${said}`}`
  // 126 and 127: a wrapper did not find or could not start the program
  if (exit.signal !== null || exit.code === 126 || exit.code === 127) return { ok: false, class: "environment", reason }
  return refused(reason, exit.stderr, "environment", now)
}
