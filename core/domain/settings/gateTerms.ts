import type { Gate, Settings, SetupStep } from "./settings.ts"

/** All settings that decide what a verdict means; a branch that changes one of them changes its own judge. */
export interface GateTerms {
  readonly gates: readonly Gate[]
  readonly setup: readonly SetupStep[]
  readonly copy: readonly string[]
  readonly keepIgnored: readonly string[]
  /** Variables of every tree: `NODE_OPTIONS` alone can replace what a test runner runs. */
  readonly env: Readonly<Record<string, string>>
}

/** The part of the settings that judges. */
export const gateTerms = ({ gates, tree }: Settings): GateTerms => ({
  gates,
  setup: tree.setup,
  copy: tree.copy,
  keepIgnored: tree.keepIgnored,
  env: tree.env,
})

const said = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value))

/** Order of keys is no difference; order of gates and of set-up steps is. */
const sameAs = (one: unknown): string =>
  JSON.stringify(one, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : value,
  )

/** One canonical text for the terms: equal texts, equal terms. */
export const printTerms = ({ gates, setup, copy, keepIgnored, env }: GateTerms): string => sameAs({ gates, setup, copy, keepIgnored, env })

/** What differs, one line each, as `gates.test: ["npm","test"] instead of ["true"]`; empty when both judge alike. */
export const termsDifference = (inForce: GateTerms, other: GateTerms): readonly string[] => {
  const lines: string[] = []
  const gate = (terms: GateTerms, name: string) => terms.gates.find((one) => one.name === name)
  for (const name of new Set([...inForce.gates, ...other.gates].map((one) => one.name))) {
    const [mine, theirs] = [gate(inForce, name), gate(other, name)]
    if (sameAs(mine) === sameAs(theirs)) continue
    if (mine === undefined || theirs === undefined || sameAs(mine.run) !== sameAs(theirs.run))
      lines.push(`gates.${name}: ${said(mine?.run)} instead of ${said(theirs?.run)}`)
    else
      for (const key of ["timeoutMs", "protect", "env"] as const)
        if (sameAs(mine[key]) !== sameAs(theirs[key]))
          lines.push(`gates.${name}.${key}: ${said(mine[key])} instead of ${said(theirs[key])}`)
  }
  const order = (terms: GateTerms) => terms.gates.map((one) => one.name)
  if (lines.length === 0 && sameAs(order(inForce)) !== sameAs(order(other)))
    lines.push(`gates: the order ${said(order(inForce))} instead of ${said(order(other))}`)
  const names = { setup: "tree.setup", copy: "tree.copy", keepIgnored: "tree.keep_ignored", env: "tree.env" } as const
  for (const key of ["setup", "copy", "keepIgnored", "env"] as const)
    if (sameAs(inForce[key]) !== sameAs(other[key])) lines.push(`${names[key]}: ${said(inForce[key])} instead of ${said(other[key])}`)
  return lines
}
