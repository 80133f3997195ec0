/** What a measure has to reach: so many times the anchor's speed, at most so much by itself, or only to be seen. */
export type Goal =
  | { readonly type: "ratio"; readonly least: number }
  | { readonly type: "limit"; readonly most: number }
  | { readonly type: "shown" }

/** One line of the table: samples of ours and of the plain way, taken in turns. */
export interface Row {
  readonly number: string
  readonly measure: string
  readonly unit: string
  readonly ours: readonly number[]
  readonly anchor: readonly number[]
  /** As in the list of numbers to reach. */
  readonly target: string
  readonly goal: Goal
  /** What went wrong while measuring; with anything in it the row is not ok, however fast it was. */
  readonly faults?: readonly string[]
  readonly note?: string
}

/** How large a bench is. */
export interface Size {
  /** Files in the repository that is measured on. */
  readonly files: number
  /** The counts of the list of numbers, however long they take. */
  readonly full: boolean
}

/** Measures the rows of some numbers. */
export interface Bench {
  readonly numbers: readonly string[]
  readonly rows: (size: Size, wanted: (number: string) => boolean) => Promise<readonly Row[]>
}

export const median = (samples: readonly number[]): number => {
  const sorted = samples.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** Anchor ÷ ours: higher is better; undefined where there is nothing to compare with. */
export const ratio = (row: Row): number | undefined =>
  row.ours.length === 0 || row.anchor.length === 0 ? undefined : median(row.anchor) / median(row.ours)

/** Whether the row reaches its target; undefined where it has none. */
export const reached = (row: Row): boolean | undefined => {
  if (row.ours.length === 0) return undefined
  if ((row.faults ?? []).length > 0) return false
  if (row.goal.type === "shown") return undefined
  return row.goal.type === "limit" ? median(row.ours) <= row.goal.most : (ratio(row) ?? 0) >= row.goal.least
}
