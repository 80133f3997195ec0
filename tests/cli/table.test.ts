import { expect, test } from "vitest"
import { table } from "../../core/cli/table.ts"
import { paintFor } from "../../core/domain/text/colour.ts"
import { cells } from "../../core/domain/text/plainText.ts"

const rows = [
  ["#1", "completed", "a-very-long-agent-name-of-somebody", "urgent", "A title that is long enough for any terminal · and why it waits"],
  ["#1204", "pending", "", "", "短い題名 with wide letters in it, and more of them 題名題名題名"],
]

const locks = [
  ["target/main", "dev@example.com", "host process 4711 (alive)", "for another 31s", "sign of life 9s ago", "since now, run r1, fence 3"],
]

test.each([1, 2, 5, 10, 20, 40, 80, 120])("nothing is wider than a terminal of %i columns", (width) => {
  for (const some of [rows, locks]) {
    const lines = table(some, width, (text) => paintFor(true, {}).bad(text)).split("\n")
    expect(Math.max(...lines.map(cells))).toBeLessThanOrEqual(width)
  }
})

test("on a narrow terminal the first column and the beginning of the last stay", () => {
  expect(table(rows, 20).split("\n")).toEqual(["#1     A title that…", "#1204  短い題名 wit…"])
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
