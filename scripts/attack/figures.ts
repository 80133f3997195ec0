import type { Harm } from "./harm.ts"

/** How one kind of attack went: each trial is right or says in a sentence what is wrong. */
export interface Figures {
  readonly what: string
  readonly trials: readonly Trial[]
  readonly ms: number
}

export interface Trial {
  /** What an attack found that no list of harm has: an exit code, a missing word, a hang. */
  readonly wrong: readonly string[]
  readonly harm: Harm
  /** Why it could not be tried here. */
  readonly skipped?: string
}

export const kinds = ["lost", "twice", "red", "left", "published"] as const
export const noHarm: Harm = { lost: [], twice: [], red: [], left: [], published: [] }

const faultsOf = ({ wrong, harm }: Trial): readonly string[] => [
  ...wrong,
  ...kinds.flatMap((kind) => harm[kind].map((one) => `${kind}: ${one}`)),
]

/** Every broken promise, with the attack that broke it. */
export const broken = ({ what, trials }: Figures): readonly string[] =>
  trials.flatMap((trial) => faultsOf(trial).map((fault) => `${what}: ${fault}`))

const head = ["attack", "tried", "right", ...kinds, "seconds"]

/** One line an attack and one for all of them. */
export const table = (rows: readonly Figures[]): string => {
  const cellsOf = (what: string, trials: readonly Trial[], ms: number): readonly string[] => {
    const tried = trials.filter(({ skipped }) => skipped === undefined)
    const counts = kinds.map((kind) => tried.reduce((sum, { harm }) => sum + harm[kind].length, 0))
    const right = tried.filter((trial) => faultsOf(trial).length === 0).length
    return [what, String(tried.length), String(right), ...counts.map(String), (ms / 1000).toFixed(1)]
  }
  const all = cellsOf(
    "all",
    rows.flatMap(({ trials }) => trials),
    rows.reduce((sum, { ms }) => sum + ms, 0),
  )
  const cells = [...rows.map(({ what, trials, ms }) => cellsOf(what, trials, ms)), all]
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...cells.map(line)].join("\n")
}
