import { createHash } from "node:crypto"
import type { GateTerms } from "./gateTerms.ts"
import { printTerms } from "./gateTerms.ts"

/** What a command's program is on this machine; another version may judge otherwise. */
export interface Program {
  readonly name: string
  readonly path: string
  readonly size: number
  readonly changedMs: number
}

/** The machine's part in a verdict. */
export interface GateEnvironment {
  readonly os: string
  readonly arch: string
  readonly programs: readonly Program[]
  /** A hash of what is copied into the tree and of what set-up makes there, where that isn't in the tree itself. */
  readonly prepared: string
  readonly variables: Readonly<Record<string, string>>
}

/** Says nothing about how a gate judges, and differs from terminal to terminal. */
const volatile = new Set(["TERM", "SHELL", "LOGNAME", "USER", "TMPDIR", "TEMP", "TMP"])

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

const sorted = (record: Readonly<Record<string, string>>) => Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

/** A hash of the terms in force: what landed is told together with it. */
export const termsHash = (terms: GateTerms): string => sha256(printTerms(terms))

/** One name for "this gate, on this very tree, in this environment"; nothing readable of the variables is in it. */
export const verdictKey = (tree: string, gate: string, terms: GateTerms, environment: GateEnvironment): string => {
  const gates = terms.gates.filter(({ name }) => name === gate)
  const { os, arch, programs, prepared } = environment
  const variables = sorted(environment.variables).filter(([name]) => !volatile.has(name))
  return sha256(JSON.stringify([1, tree, printTerms({ ...terms, gates }), os, arch, programs, prepared, variables]))
}
