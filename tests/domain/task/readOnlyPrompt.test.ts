import { expect, test } from "vitest"
import { parsePlan } from "../../../core/domain/plan/plan.ts"
import { readOnlyPrompt } from "../../../core/domain/task/readOnlyPrompt.ts"
import type { Task } from "../../../core/domain/task/task.ts"

const task: Task = {
  id: 5,
  title: "Shop",
  status: "running",
  priority: "normal",
  labels: [],
  needs: [],
  scope: [],
  acceptance: ["one can buy"],
  created: "2026-11-20T10:00:00Z",
  updated: "2026-11-20T10:00:00Z",
  attempts: [],
  extra: {},
  prompt: "Build the shop",
}
const names = { agents: ["scribe", "painter"], gates: ["test"], hasDefault: false }
const standing = { tree: "/t", branch: "b", attempt: 2, evidence: "unknown need zz" }

test.each(["plan", "explore"] as const)("what a %s is told holds the task, the evidence and the rules", (kind) => {
  const text = readOnlyPrompt(task, kind, standing, names)
  for (const part of ["Build the shop", "one can buy", "attempt 2", "unknown need zz", ".osier/proposal.yaml", "Only read", "/t"])
    expect(text).toContain(part)
})

test("the grammar it is shown is one that a plan is read by", () => {
  const text = readOnlyPrompt(task, "plan", standing, names)
  const yaml = /^tasks:\n(?:  .*\n)+/m.exec(text)?.[0].replace("[other-key]", "[]") ?? ""
  const { tasks, problems } = parsePlan([{ path: "plan.yaml", text: yaml }], { ...names, adapters: [], tasks: [], agent: null })
  expect(problems).toEqual([])
  expect(tasks).toMatchObject([{ key: "short-key", agent: "scribe", scope: ["src/part/**"], gates: ["test"], independence: "yes" }])
})
