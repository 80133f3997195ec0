import { cells, fitted } from "../domain/text/plainText.ts"

/** What the last column keeps for itself, where the others would take all. */
const lastLeast = 16
const least = 3
/** The first column names what the row is about: it keeps this, as long as there are others to cut. */
const firstLeast = 8

/** How wide each column but the last may be: the widest give way first, then those behind the first go, until the last has room. */
const columnsIn = (wide: readonly number[], room: number): readonly number[] => {
  const columns = [...wide]
  const total = () => columns.reduce((sum, one) => sum + (one === 0 ? 0 : one + 2), 0)
  while (total() > room) {
    const spare = columns.map((one, at) => one - (at === 0 ? firstLeast : least))
    const most = Math.max(...spare)
    const widest = spare.indexOf(most)
    const gone = columns.findLastIndex((one) => one > 0)
    if (most > 0) columns[widest] = (columns[widest] ?? 0) - 1
    else if (gone <= 0) break
    else columns[gone] = 0
  }
  return columns
}

/**
 * Rows under each other, none wider than the terminal; the last column takes what is left of the width, and whatever does not
 * fit is cut. A column in which nothing stands takes no room. Colours are applied after the cutting.
 */
export const table = (
  rows: readonly (readonly string[])[],
  width: number,
  paint: (text: string, column: number, row: number) => string = (text) => text,
): string => {
  const count = rows.reduce((most, row) => Math.max(most, row.length), 0)
  const wide = Array.from({ length: count }, (_, column) => Math.max(0, ...rows.map((row) => cells(row[column] ?? ""))))
  const columns = columnsIn(wide.slice(0, -1), Math.max(0, width - Math.min(lastLeast, wide.at(-1) ?? 0)))
  const last = Math.max(1, width - columns.reduce((sum, one) => sum + (one === 0 ? 0 : one + 2), 0))
  return rows
    .map((row, at) => {
      const line = row
        .map((text, column) => {
          if (column === count - 1) return paint(fitted(text, last), column, at)
          const room = columns[column] ?? 0
          if (room === 0) return ""
          const shown = fitted(text, room)
          return paint(shown, column, at) + " ".repeat(room - cells(shown) + 2)
        })
        .join("")
        .trimEnd()
      return fitted(line, width)
    })
    .join("\n")
}
