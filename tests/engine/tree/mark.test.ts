import { expect, test } from "vitest"
import { hasMark } from "../../../core/kit/brand.ts"
import { markedUpTo, markOf, markStart } from "../../../core/engine/tree/mark.ts"

const by = (fence: number) => ({
  fence,
  owner: { host: "ash", boot: "b", pid: 1, started: "1", run: `r${fence}`, email: "dev@example.com" },
})

test("what earlier owners of a task have started is found by it, and nothing of a later one or of another task", () => {
  const { mark: start, upTo } = markedUpTo("/r/.git", 1, 10)
  const marks = [by(1), by(2), by(10), by(11), by(100)].map((owner) => markOf("/r/.git", 1, owner, 1))
  expect(marks.map((mark) => hasMark(mark, start, upTo))).toEqual([true, true, true, false, false])
  const others = [markOf("/r/.git", 11, by(1)), markOf("/s/.git", 1, by(1)), markStart("/r/.git"), "", undefined]
  expect(others.map((mark) => hasMark(mark, start, upTo))).toEqual([false, false, false, false, false])
  expect(marks.every((mark) => hasMark(mark, markStart("/r/.git")))).toBe(true)
  expect(new Set(marks).size).toBe(marks.length)
})
