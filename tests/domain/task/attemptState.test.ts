import { expect, test } from "vitest"
import { heldBy, withEarlier } from "../../../core/domain/task/attemptState.ts"

const none = () => false
const unproven = (...paths: readonly string[]) => paths.map((path) => ({ path, proven: false }))

test("what changed in the checkout and is in the work holds it, as the very file or as a folder around it", () => {
  expect(heldBy(unproven("a.txt", "b.txt"), ["a.txt"], none)).toEqual(["a.txt"])
  expect(heldBy(unproven("sub/"), ["sub/in/a.txt"], none)).toEqual(["sub/"])
  expect(heldBy(unproven("sub/a.txt"), ["sub"], none)).toEqual(["sub/a.txt"])
  expect(heldBy(unproven("sub/a.txt", "submarine"), ["sub/b.txt", "su"], none)).toEqual([])
})

test("what the task provably wrote there holds it, whatever its work is; so does what is asked for", () => {
  expect(heldBy([{ path: "x.txt", proven: true }], ["a.txt"], none)).toEqual(["x.txt"])
  expect(heldBy(unproven("x.txt", "y.txt"), [], (path) => path === "y.txt")).toEqual(["y.txt"])
})

test("what an earlier attempt changed there still counts, and a proof outlives a later look", () => {
  expect(withEarlier(unproven("a.txt", "b.txt"), [{ path: "a.txt", proven: true }, ...unproven("c.txt")])).toEqual([
    { path: "a.txt", proven: true },
    { path: "b.txt", proven: false },
    { path: "c.txt", proven: false },
  ])
})
