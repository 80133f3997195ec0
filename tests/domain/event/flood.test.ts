import { expect, test } from "vitest"
import { flood } from "../../../core/domain/event/flood.ts"

const told = (perSecond: number, seconds: number, size = 10) => {
  const rate = flood((text: string) => text.length)
  const passed: string[] = []
  let folded = 0
  const hear = (it: { readonly folded: number; readonly pass: readonly string[] }) => {
    folded += it.folded
    passed.push(...it.pass)
  }
  const count = perSecond * seconds
  for (let n = 0; n < count; n++) hear(rate.take(String(n).padEnd(size), (n * 1000) / perSecond))
  hear(rate.end())
  return { passed, folded, count }
}

test("a talkative agent is heard whole", () => {
  expect(told(40, 600)).toMatchObject({ folded: 0 })
  expect(told(3000, 1)).toMatchObject({ folded: 0 })
})

test("a flood is folded between its beginning and its end, and nothing goes uncounted", () => {
  const { passed, folded, count } = told(40_000, 10)
  expect(passed.length).toBeLessThan(5000)
  expect(passed.length + folded).toBe(count)
  expect(passed[0]?.trim()).toBe("0")
  expect(passed.at(-1)?.trim()).toBe(String(count - 1))
  expect(passed.map(Number)).toEqual(passed.map(Number).toSorted((a, b) => a - b))
})

test("long words count for more", () => {
  const { passed, folded } = told(20, 600, 60_000)
  expect(folded).toBeGreaterThan(0)
  expect(passed.join("").length).toBeLessThan(12_000_000)
})
