import type { Verdict } from "./outcome.ts"
import { plainLine } from "../text/plainText.ts"

/** Why a completed task that nothing judged is not simply right. */
export const ungated = "ungated: no gate judged it"

/** What one gate came to, after as many runs as it took. */
export interface GateVerdict {
  readonly gate: string
  readonly run: readonly string[]
  readonly verdict: Verdict
  readonly ms: number
  readonly cached: boolean
  /** Green and red on the same tree: it says something about the gate, nothing about the work. */
  readonly flaky: boolean
  /** Red twice, the second time in a cold checkout. */
  readonly confirmed: boolean
  /** The exit code, where the gate ended by itself. */
  readonly code?: number
  /** Why it isn't a pass, in one line. */
  readonly reason?: string
  readonly log?: string
  readonly tail: string
}

/** What all gates said of one tree. Without gates there is no verdict, and none is made up. */
export interface Judgement {
  readonly tree: string
  readonly verdicts: readonly GateVerdict[]
  readonly verdict: Verdict | undefined
  readonly gated: boolean
  readonly flaky: boolean
}

/** Puts the gates' verdicts together: the first that isn't a pass decides. */
export const judgement = (tree: string, verdicts: readonly GateVerdict[]): Judgement => ({
  tree,
  verdicts,
  verdict: verdicts.length === 0 ? undefined : (verdicts.find(({ verdict }) => verdict !== "pass")?.verdict ?? "pass"),
  gated: verdicts.length > 0,
  flaky: verdicts.some(({ flaky }) => flaky),
})

/** What the runs of one gate on one tree come to, or that another run must tell. */
export type Settled = { readonly again: true } | { readonly again: false; readonly flaky: boolean; readonly confirmed: boolean }

/**
 * A first pass and a first red stand, the red only if nobody asked to see it twice. Red then green is a flake: a third run
 * decides by majority. A timeout or a gate that can't run is no red to reproduce; it stands at once.
 */
export const settle = (runs: readonly Verdict[], confirmRed: boolean): Settled => {
  const last = runs.at(-1)
  if (last === undefined) return { again: true }
  const reds = runs.filter((verdict) => verdict === "fail").length
  const greens = runs.filter((verdict) => verdict === "pass").length
  const flaky = reds > 0 && greens > 0
  if (last !== "pass" && last !== "fail") return { again: false, flaky, confirmed: false }
  if (reds === 0) return { again: false, flaky, confirmed: false }
  if (greens === 0) return reds === 1 && confirmRed ? { again: true } : { again: false, flaky, confirmed: reds > 1 }
  return reds === greens ? { again: true } : { again: false, flaky, confirmed: false }
}

/** As much of a gate's output as an agent is shown. */
const evidenceBytes = 8 * 1024

/** The last part of a text, cut at a line's start. */
export const lastPart = (text: string, bytes: number): string => {
  const whole = Buffer.from(text)
  if (whole.length <= bytes) return text
  const cut = whole.subarray(-bytes).toString().replace(/^�+/, "")
  const line = cut.indexOf("\n")
  return `…\n${line >= 0 && line < cut.length - 1 ? cut.slice(line + 1) : cut}`
}

/** So many lines of a gate's output are told where it stopped everything. */
const telling = 10

/** The last lines of an output that say something, safe to print. */
export const lastLines = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => plainLine(line).trimEnd())
    .filter((line) => line !== "")
    .slice(-telling)

/** What the next attempt is told: which command said no, how, the end of its output, and where all of it is. */
export const gateEvidence = (judged: Judgement): string =>
  judged.verdicts
    .filter(({ verdict }) => verdict !== "pass")
    .map(({ gate, run, verdict, code, reason, flaky, tail, log }) =>
      [
        `Gate "${gate}": ${verdict}${flaky ? " (flaky: it also passed on this very tree)" : ""}`,
        `Command: ${JSON.stringify(run)}`,
        ...(code === undefined ? [] : [`Exit code: ${code}`]),
        ...(reason === undefined ? [] : [`Reason: ${reason}`]),
        ...(log === undefined ? [] : [`Whole output: ${log}`]),
        ...(tail.trim() === "" ? ["It printed nothing."] : ["The end of its output:", "", lastPart(tail, evidenceBytes).trimEnd()]),
      ].join("\n"),
    )
    .join("\n\n")
