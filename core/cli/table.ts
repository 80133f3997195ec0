import { cells, fitted } from "../domain/plainText.ts"

/** Rows under each other; the last column takes what is left of the width and is cut there. Colours are applied after the cutting. */
export const table = (
  rows: readonly (readonly string[])[],
  width: number,
  paint: (text: string, column: number, row: number) => string = (text) => text,
): string => {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0)
  const wide = Array.from({ length: columns }, (_, column) => Math.max(0, ...rows.map((row) => cells(row[column] ?? ""))))
  const before = wide.slice(0, -1).reduce((sum, one) => sum + one + 2, 0)
  const last = Math.max(20, width - before)
  return rows
    .map((row, at) =>
      row
        .map((text, column) =>
          column === columns - 1
            ? paint(fitted(text, last), column, at)
            : paint(text, column, at) + " ".repeat((wide[column] ?? 0) - cells(text) + 2),
        )
        .join("")
        .trimEnd(),
    )
    .join("\n")
}
