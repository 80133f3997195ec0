import { expect, test } from "vitest"
import { parseGiven } from "../../../core/domain/plan/plan.ts"
import { printProblem } from "../../../core/domain/text/problem.ts"

const known = { agents: ["scribe"], adapters: ["claude"], gates: ["test"], tasks: [7] }

test("a program gives texts and tasks of a plan in one list, which find each other", () => {
  const given = [
    "Explain it:scribe",
    { id: "a", title: "Add it", priority: "high", labels: "x" } as const,
    { title: "Test it", needs: ["a", 7] },
  ]
  const { tasks, problems } = parseGiven(given, known)
  expect(problems).toEqual([])
  expect(tasks).toMatchObject([
    { key: "explain-it", title: "Explain it", agent: "scribe" },
    { key: "a", priority: "high", labels: ["x"] },
    { key: "test-it", needs: ["a"], needsTasks: [7] },
  ])
  for (const { source } of tasks) expect(source).toEqual({})
})

test("what is wrong is told by its place in the list, all at once", () => {
  const given = ["Fine", { title: "Bad", needs: ["zz"], gates: ["tset"] }, JSON.parse('{"title":"Worse","retries":"often","prio":1}')]
  expect(parseGiven(given, known).problems.map((one) => printProblem(one))).toEqual([
    'task 3: prio: unknown key "prio"',
    'task 3: retries: expected number, not "often"',
    "task 2: gates[0]: unknown gate tset",
    "task 2: needs[0]: unknown need zz",
  ])
})
