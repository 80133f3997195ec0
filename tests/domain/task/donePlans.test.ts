import { expect, test } from "vitest"
import { donePlans, type Planned } from "../../../core/domain/task/donePlans.ts"

const task = (id: number, status: Planned["status"], more: Partial<Planned> = {}): Planned => ({ id, status, ...more })
const plan = (id: number, ...children: readonly number[]) => task(id, "pending", { kind: "plan", children })

test("a plan is done when each child is merged or discarded, and so may be the plan it is a part of", () => {
  expect(donePlans([plan(1, 2, 3), task(2, "merged"), task(3, "discarded")])).toEqual([1])
  expect(donePlans([plan(1, 2, 3), task(2, "merged"), task(3, "failed")])).toEqual([])
  expect(donePlans([plan(1, 2, 3), task(2, "merged"), plan(3, 4), task(4, "merged")])).toEqual([3, 1])
})

test("not before it has children, nor while one of them has no record, nor twice", () => {
  expect(donePlans([plan(1), plan(2, 9), task(3, "merged", { kind: "plan", children: [4] }), task(4, "merged")])).toEqual([])
  expect(donePlans([task(1, "running", { kind: "plan", children: [2] }), task(2, "merged")])).toEqual([])
})
