import { expect, it } from "vitest"
import { meant, nearest } from "../../../core/domain/text/nearest.ts"
import { printProblem } from "../../../core/domain/text/problem.ts"

it.each([
  ["concurency", "concurrency"],
  ["tset", "test"],
  ["SCRIBE", "scribe"],
  ["zzz", undefined],
  ["", undefined],
])("nearest to %j is %j", (word, expected) => expect(nearest(word, ["test", "concurrency", "scribe"])).toBe(expected))

it("says what is known when nothing is near", () => {
  expect(meant("tset", ["test"], "none")).toBe("did you mean test?")
  expect(meant("zzz", ["a1", "b2"], "none")).toBe("known: a1, b2")
  expect(meant("zzz", [], "add one")).toBe("add one")
})

it("prints a problem so that an editor can jump to it", () => {
  expect(
    printProblem({
      file: "p.yaml",
      line: 3,
      column: 5,
      field: "tasks[0].id",
      message: "bad",
      hint: "",
    }),
  ).toBe("p.yaml:3:5: tasks[0].id: bad")
  expect(printProblem({ message: "bad", hint: "" })).toBe("bad")
})
