import { agents } from "./agent.ts"
import type { Cell } from "./cell.ts"

const wordOf = (cell: Cell | undefined): string =>
  cell === undefined ? "–" : `${cell.wrong.length === 0 ? "✓" : "✗"} ${(cell.ms / 1000).toFixed(0)} s`

/** One line a case, one column a program. */
export const table = (cells: readonly Cell[]): string => {
  const names = [...new Set(cells.map(({ name }) => name))]
  const head = ["case", ...agents.map(({ name }) => name)]
  const rows = names.map((name) => [
    name,
    ...agents.map((agent) => wordOf(cells.find((cell) => cell.name === name && cell.agent === agent.name))),
  ])
  const widths = head.map((title, column) => Math.max(...[title, ...rows.map((row) => row[column] ?? "")].map((word) => word.length)))
  const line = (row: readonly string[]) => `| ${row.map((word, column) => word.padEnd(widths[column] ?? 0)).join(" | ")} |`
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)].join("\n")
}
