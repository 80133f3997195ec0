import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { parsePlan } from "../../../core/domain/plan/plan.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { takeLock } from "../../../core/steps/lock/lock.ts"
import { changeTask, readTask } from "../../../core/steps/task/record.ts"
import { makeStage } from "../../support/engine.ts"
import { scribe } from "../../support/scribe.ts"

const staged = () => {
  const stage = makeStage(scribe)
  const add = (text: string) => {
    const { tasks, problems } = parsePlan([{ path: "plan.yaml", text: `tasks:\n${text}` }], {
      agents: ["scribe", "other"],
      adapters: [],
      gates: [],
      tasks: [1, 2, 3],
    })
    expect(problems).toEqual([])
    return stage.act(
      Effect.map(addTasks(tasks, { again: "resume" }), (added) => added.map(({ id, changed }) => [id, (changed ?? []).toSorted()])),
    )
  }
  const task = (id: number) => stage.act(Effect.map(readTask(id), (read) => read.task))
  const told = () => stage.events().flatMap((event) => (event.type === "Warned" ? [`#${event.task}: ${event.message}`] : []))
  return { ...stage, add, task, told }
}

test("a plan that was changed is followed where only it changed; what was changed in the store stays, and is told", async () => {
  const { act, add, task, told } = staged()
  const first = "  a: { title: A, prompt: one, acceptance: [x] }\n  b: { title: B, needs: [a] }\n"
  await add(first)
  await act(changeTask(1, (old) => ({ ...old, priority: "high", labels: ["mine"] })))
  expect(await add(first)).toEqual([
    [1, []],
    [2, []],
  ])
  expect(told()).toEqual([])
  const second = "  a: { title: A, prompt: two, agent: other, priority: low }\n  b: { title: B }\n"
  expect(await add(second)).toEqual([
    [1, ["acceptance", "agent", "prompt"]],
    [2, ["needs"]],
  ])
  expect(await task(1)).toMatchObject({ prompt: "two", agent: "other", priority: "high", labels: ["mine"], acceptance: [] })
  expect((await task(2)).needs).toEqual([])
  expect(told()).toEqual([
    expect.stringMatching(/^#1: the plan says something else by now \(priority\), .*: it was changed in the store since$/),
  ])
  expect(await add(second)).toEqual([
    [1, []],
    [2, []],
  ])
})

test("what is worked on, or over, stays as it was made; so do needs that would go round in a circle", async () => {
  const { act, add, task, told } = staged()
  await add("  a: { title: A, prompt: one }\n  b: { title: B, needs: [a] }\n  c: { title: C }\n")
  const other = { session: "s1", host: "here", email: "ann@example.com" }
  await act(takeLock("task", "3", { owner: other }))
  await act(changeTask(1, (old) => ({ ...old, status: "discarded" })))
  // A discarded one is made anew by its plan; what needs it follows the new one.
  const again = "  a: { title: A, prompt: two, needs: [2] }\n  c: { title: C, prompt: held }\n"
  expect(await add(again)).toEqual([
    [4, []],
    [3, []],
  ])
  expect(told()).toEqual([expect.stringMatching(/^#3: .*\(prompt\), .* held by ann@example\.com/)])
  expect(await add("  a: { title: A, prompt: two, needs: [2] }\n  b: { title: B, needs: [a] }\n")).toEqual([
    [4, []],
    [2, []],
  ])
  expect((await task(2)).needs).toEqual([1])
  expect(told().at(-1)).toMatch(/^#2: .*\(needs\), .*round in a circle$/)
})
