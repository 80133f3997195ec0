import { expect, test } from "vitest"
import { table } from "../../core/cli/table.ts"
import { cells } from "../../core/domain/text/plainText.ts"

const rows = [
  ["#1", "completed", "a-very-long-agent-name-of-somebody", "urgent", "A title that is long enough for any terminal · and why it waits"],
  ["#1204", "pending", "", "", "短い題名 with wide letters in it, and more of them 題名題名題名"],
]

test.each([20, 40, 80, 120])("nothing is wider than a terminal of %i columns", (width) => {
  const lines = table(rows, width).split("\n")
  expect(Math.max(...lines.map(cells))).toBeLessThanOrEqual(Math.max(width, 31))
  if (width >= 40) expect(Math.max(...lines.map(cells))).toBeLessThanOrEqual(width)
  expect(lines[0]).toContain("#1")
})

test("where all fits nothing is cut, and an empty column takes no room", () => {
  expect(table([["#1", "", "one"]], 40)).toBe("#1  one")
  expect(
    table(
      [
        ["a", "b"],
        ["long", "c"],
      ],
      40,
    ),
  ).toBe("a     b\nlong  c")
})
