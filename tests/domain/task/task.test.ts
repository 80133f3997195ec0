import { expect, test } from "vitest"
import { isOver, mayBecome, Status } from "../../../core/domain/task/task.ts"

/** Every edge there is, as decided; whatever is not here is not drawn. */
const drawn = `
pending   running discarded merged
running   completed failed pending
completed merged running failed discarded
failed    running discarded
merged
discarded
`

test("of all pairs of states exactly the drawn edges are allowed, and what is over stays over", () => {
  const edges = Status.literals.map((from) => [from, ...Status.literals.filter((to) => mayBecome(from, to)).toSorted()].join(" "))
  const wanted = drawn
    .trim()
    .split("\n")
    .map((line) => {
      const [from, ...to] = line.trim().split(/\s+/)
      return [from, ...to.toSorted()].join(" ")
    })
  expect(edges.toSorted()).toEqual(wanted.toSorted())
  expect(Status.literals.filter((status) => isOver(status))).toEqual(["merged", "discarded"])
})
