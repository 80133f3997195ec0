/** What one contender answered in one round. */
export interface Answer {
  readonly won: boolean
  readonly ms: number
  readonly ids: readonly number[]
  /** Why it could neither win nor lose. */
  readonly failed?: string
}

/** What all contenders are after: one task, a task each, or numbers; `branch` is the same with one branch for all locks. */
export const games = ["same task", "different tasks", "ids", "one branch, different tasks"] as const
export type Game = (typeof games)[number]

/** One line of the table. */
export interface Figures {
  readonly game: Game
  readonly clones: "own" | "shared"
  readonly transport: string
  readonly contenders: number
  readonly rounds: readonly (readonly Answer[])[]
  /** Milliseconds, with the time to give everything back. */
  readonly ms: number
}

const percentile = (samples: readonly number[], share: number): number => {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

/** Promises that these rounds broke; a baseline promises nothing. */
export const broken = ({ game, clones, transport, contenders, rounds }: Figures): readonly string[] => {
  if (game === "one branch, different tasks") return []
  const faults = rounds.flatMap((answers, at) => {
    const failed = answers.flatMap((answer) => answer.failed ?? [])
    const winners = answers.filter(({ won }) => won).length
    const wanted = game === "same task" ? 1 : contenders
    return [...failed, ...(winners === wanted ? [] : [`round ${at + 1} has ${winners} winners instead of ${wanted}`])]
  })
  const ids = rounds.flat().flatMap((answer) => answer.ids)
  if (new Set(ids).size !== ids.length) faults.push(`${ids.length - new Set(ids).size} of ${ids.length} numbers were given twice`)
  return faults.map((fault) => `${game}, ${contenders} in ${clones} clones over ${transport}: ${fault}`)
}

/** Milliseconds from the gun to the last answer, all rounds together. */
const fought = ({ rounds }: Figures): number => rounds.reduce((sum, answers) => sum + Math.max(...answers.map(({ ms }) => ms)), 0)

const head = ["what", "clones", "over", "contenders", "won", "failed", "p50 ms", "p95 ms", "p95 ÷ alone", "won/s"]

/** The table; `aloneMs` tells what the same costs when nobody else wants anything. */
export const table = (rows: readonly Figures[], aloneMs: (row: Figures) => number | undefined): string => {
  const cells = rows.map((row) => {
    const answers = row.rounds.flat()
    const won = answers.filter((answer) => answer.won).length
    const samples = answers.map(({ ms }) => ms)
    const alone = aloneMs(row)
    const p95 = percentile(samples, 0.95)
    return [
      row.game,
      row.clones,
      row.transport,
      String(row.contenders),
      `${won} of ${row.game === "same task" ? row.rounds.length : answers.length}`,
      String(answers.filter((answer) => answer.failed !== undefined).length),
      percentile(samples, 0.5).toFixed(0),
      p95.toFixed(0),
      alone === undefined ? "" : (p95 / alone).toFixed(1),
      (won / (fought(row) / 1000)).toFixed(1),
    ]
  })
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...cells.map(line)].join("\n")
}

/** The middle of what contenders needed when they were alone. */
export const middle = (row: Figures): number =>
  percentile(
    row.rounds.flat().map(({ ms }) => ms),
    0.5,
  )
