import { expect, test } from "vitest"
import { prompt } from "../../../core/domain/task/prompt.ts"
import { answerText } from "../../../core/domain/task/question.ts"
import type { Task } from "../../../core/domain/task/task.ts"

const task: Task = {
  ...{ id: 1, title: "T", status: "running", priority: "normal", labels: [], needs: [], scope: [], acceptance: [], attempts: [] },
  ...{ created: "", updated: "", extra: {}, prompt: "Do it." },
}
const standing = { tree: "/t", branch: "b", attempt: 2 }

test("an agent is told why the last attempt failed, or the answer to what it asked", () => {
  expect(prompt(task, { ...standing, evidence: "red" })).toContain("This is attempt 2. The last one did not pass:\n\nred")
  const answered = prompt(task, { ...standing, evidence: answerText("A or B?", "B") })
  expect(answered).toContain("This is attempt 2. You asked: A or B?\n\nThe answer is:\n\nB")
  expect(answered).not.toContain("did not pass")
})

test("an agent that goes on in its session is told whether its files are there", () => {
  expect(prompt(task, standing)).not.toContain("earlier session")
  expect(prompt(task, { ...standing, resumed: { sameTree: true } })).toContain("in the same tree")
  const moved = prompt(task, { ...standing, resumed: { sameTree: false, keep: "refs/osier/keep/1/1/a" } })
  expect(moved).toContain("in a new tree")
  expect(moved).toContain("git show refs/osier/keep/1/1/a:<file>")
})
