import { expect, test } from "vitest"
import { nthName, readTreeName, treeName } from "../../../core/domain/task/tree.ts"

test("a tree's name tells its task, and the fence of the run that made it", () => {
  const made = treeName("add-login-2", 12, { fence: 3, run: "rk7q2mnp4w" })
  expect(made).toBe("add-login-2-12_3-rk7q2")
  expect([made, nthName(made, 2)].map(readTreeName)).toEqual([
    { task: 12, fence: 3 },
    { task: 12, fence: 3 },
  ])
  expect(readTreeName(treeName("add-login", 12))).toEqual({ task: 12 })
})

test("no two owners of a task have a tree of one name, in one clone or in two that share a folder", () => {
  const makers = [
    { fence: 1, run: "raaaaaaaaa" },
    { fence: 2, run: "raaaaaaaaa" },
    { fence: 2, run: "rbbbbbbbbb" },
    { fence: 11, run: "raaaaaaaaa" },
  ]
  const names = [undefined, ...makers].map((maker) => treeName("x", 1, maker))
  expect(new Set(names).size).toBe(names.length)
})

test.each(["notes", "x-", "x-1_", "x-1_2", "12", "x-1b"])("a folder called %s is no tree of ours", (name) => {
  expect(readTreeName(name)).toBeUndefined()
})
