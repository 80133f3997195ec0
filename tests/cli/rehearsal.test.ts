import { expect, test } from "vitest"
import { asScheduled, asStored, rehearsalText, rehearse } from "../../core/cli/rehearsal.ts"
import { parsePlan } from "../../core/domain/plan/plan.ts"
import type { Status } from "../../core/domain/task/task.ts"
import type { Summary } from "../../core/domain/task/trailers.ts"

const stored = (id: number, status: Status, source: string): Summary => ({
  id,
  title: `task ${id}`,
  status,
  priority: "normal",
  labels: [],
  needs: [],
  scope: ["**"],
  source,
  created: "2026-11-20T10:00:00.000Z",
  updated: "2026-11-20T10:00:00.000Z",
})

const played = (text: string, known: readonly Summary[], again: "resume" | "new" = "resume") => {
  const ids = known.map(({ id }) => id)
  const { tasks, problems } = parsePlan([{ path: "plan.yaml", text }], { agents: ["scribe"], adapters: [], gates: [], tasks: ids })
  expect(problems).toEqual([])
  const terms = { target: "main", gates: [], concurrency: 2, allowOverlap: false }
  const rehearsed = rehearse(asScheduled(tasks, "scribe", known, again), asStored(known, "scribe"), terms)
  return { ...rehearsed, waves: rehearsed.waves.map((wave) => wave.map(({ name }) => name)), text: rehearsalText(rehearsed) }
}

test("what waits in the store beside a plan takes no slot of it, but is waited for by those who need it", () => {
  const known = [1, 2, 3].map((id) => stored(id, "pending", `arguments:r#${id}`))
  const { waves, stuck } = played("tasks: { a: { title: A, scope: [x] }, b: { title: B, needs: [3] } }", known)
  expect(waves).toEqual([["a"]])
  expect(stuck).toMatchObject([{ task: { name: "b" }, reason: "needs 3 merged" }])
})

test("what an earlier run has done of the plan is not shown as work, unless all is to be made anew", () => {
  const known = [
    stored(4, "merged", "plan.yaml#a"),
    stored(5, "failed", "plan.yaml#b"),
    stored(6, "completed", "plan.yaml#c"),
    stored(7, "discarded", "plan.yaml#d"),
  ]
  const plan = "tasks: { a: { title: A }, b: { title: B, needs: [a] }, c: { title: C }, d: { title: D, needs: [b] } }"
  const again = played(plan, known)
  expect(again.waves).toEqual([["b"], ["d"]])
  expect(again.text).toContain("2 tasks would run on main")
  expect(again.text).toContain("done already:\n  a  #4, merged\n  c  #6, completed\n")
  expect(played(plan, known, "new").waves).toEqual([["a", "c"], ["b"], ["d"]])
})
