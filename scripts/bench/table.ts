import { median, ratio, reached, type Row } from "./row.ts"

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2))
const middle = (samples: readonly number[], unit: string) => (samples.length === 0 ? "-" : `${round(median(samples))} ${unit}`)
const spread = (samples: readonly number[]) => (samples.length < 2 ? "" : `${round(Math.min(...samples))}-${round(Math.max(...samples))}`)
const verdict = { true: "yes", false: "NO", undefined: "-" } as const

const cells = (row: Row): readonly string[] => {
  const times = ratio(row)
  return [
    row.number,
    row.measure,
    middle(row.ours, row.unit),
    middle(row.anchor, row.unit),
    [spread(row.ours), spread(row.anchor)].filter((text) => text !== "").join(" / "),
    times === undefined ? "-" : round(times),
    row.target,
    verdict[`${reached(row)}`],
  ]
}

const head = ["#", "measure", "ours", "anchor", "spread, ours / anchor", "ratio", "target", "ok?"]

/** The table, as Markdown that reads well unrendered; what went wrong, and what is worth knowing, below it. */
export const table = (rows: readonly Row[]): string => {
  const all = [head, ...rows.map(cells)]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const lines = all.map((row) => `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`)
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`
  const remarks = rows.flatMap(({ number, faults = [], note }) => [
    ...faults.map((fault) => `${number}: NOT OK: ${fault}`),
    ...(note === undefined ? [] : [`${number}: ${note}`]),
  ])
  return [lines[0], rule, ...lines.slice(1), ...(remarks.length === 0 ? [] : ["", ...remarks])].join("\n")
}
