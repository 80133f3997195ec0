import { expect, test } from "vitest"
import { goesFirst, mayTryAgain } from "../../../core/domain/task/rightOfWay.ts"
import { dice } from "../../support/dice.ts"

test("who lost in the same files earlier goes first; others and later losers are not waited for", () => {
  const losses = new Map([
    [4, ["a", "b"]],
    [2, ["b", "c"]],
  ])
  expect(goesFirst(7, ["x", "b"], losses)).toBe(4)
  expect(goesFirst(2, ["b", "c"], losses)).toBe(4)
  expect(goesFirst(4, ["a", "b", "c"], losses)).toBeUndefined()
  expect(goesFirst(7, ["c"], losses)).toBe(2)
  expect(goesFirst(7, ["x"], losses)).toBeUndefined()
})

test("conflicts and faults of the work have budgets of their own", () => {
  const budget = { work: 0, conflict: 2 }
  expect(mayTryAgain({ work: 0, conflict: 0 }, "work", budget)).toBe(false)
  expect(mayTryAgain({ work: 3, conflict: 1 }, "conflict", budget)).toBe(true)
  expect(mayTryAgain({ work: 0, conflict: 2 }, "conflict", budget)).toBe(false)
})

/** Tasks that all change one file, each as fast as it happens to be; how often each lost until all had landed. */
const race = (count: number, roll: () => number, fair: boolean) => {
  const losses = new Map<number, readonly string[]>()
  const lost = new Map<number, number>()
  const tasks = Array.from({ length: count }, (_, id) => ({ id, base: 0, done: roll() }))
  let [tip, now] = [0, 0]
  for (let open = tasks; open.length > 0;) {
    const may = open.filter(({ id }) => !fair || goesFirst(id, ["one"], losses) === undefined)
    const [first = open[0]] = may.toSorted((a, b) => a.done - b.done)
    if (first === undefined) break
    now = Math.max(now, first.done)
    if (first.base === tip) {
      tip++
      losses.delete(first.id)
      open = open.filter(({ id }) => id !== first.id)
      // Who lost begins anew once its turn has come, from what is there then.
      const next = fair ? open.find(({ id }) => id === [...losses.keys()][0]) : undefined
      if (next !== undefined) Object.assign(next, { base: tip, done: now + roll() })
    } else {
      lost.set(first.id, (lost.get(first.id) ?? 0) + 1)
      losses.set(first.id, ["one"])
      Object.assign(first, { base: tip, done: now + roll() })
    }
  }
  return { most: Math.max(0, ...lost.values()), landed: tip }
}

test("of many tasks that change one file each loses once at most, where without the right of way some starve", () => {
  let starved = 0
  for (let seed = 1; seed <= 200; seed++) {
    expect(race(7, dice(seed), true)).toEqual({ most: 1, landed: 7 })
    starved = Math.max(starved, race(7, dice(seed), false).most)
  }
  expect(starved).toBeGreaterThan(2)
})
