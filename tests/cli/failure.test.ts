import * as Cause from "effect/Cause"
import { expect, test } from "vitest"
import { reportFailure } from "../../core/cli/failure.ts"
import { memoryScreen } from "../../core/cli/screen.ts"
import { PlanRefused } from "../../core/domain/plan/plan.ts"
import { NoSuchTask } from "../../core/steps/task/record.ts"
import { PlanMissing } from "../../core/steps/given/readPlan.ts"

/** As Bun makes errors: each with the place in the program where it was made. */
const asBun = <E extends Error>(error: E): E => Object.assign(error, { line: 289, column: 4805, sourceURL: "osier" })

const told = (error: Error, json: boolean): string => {
  const screen = memoryScreen()
  reportFailure(Cause.fail(error), screen, json, false)
  return screen.errors()
}

test("never tells where in osier an error was made as a place in what a person gave", () => {
  expect(told(asBun(new NoSuchTask({ id: 77 })), false)).toMatch(/^osier: there is no task 77\n/)
  expect(told(asBun(new NoSuchTask({ id: 77 })), true)).not.toContain("289")
  expect(told(asBun(new PlanMissing({ file: "plan.yaml", reason: "there is no such file" })), false)).not.toContain("289")
  expect(JSON.parse(told(asBun(new PlanMissing({ file: "plan.yaml", reason: "gone" })), true))).toEqual({
    error: expect.objectContaining({ file: "plan.yaml" }),
  })
})

test("tells the line of the first problem", () => {
  const problem = { file: "plan.yaml", line: 5, column: 8, field: "tasks.d", message: "unknown key", hint: "did you mean title?" }
  const error = new PlanRefused({ problems: [problem], file: "plan.yaml", line: 5, column: 8, field: "tasks.d" })
  expect(told(error, false)).toMatch(/^osier: plan\.yaml:5:8: tasks\.d: unknown key\n/)
  expect(JSON.parse(told(error, true))).toMatchObject({ error: { file: "plan.yaml", line: 5, column: 8, field: "tasks.d" } })
})
