import { expect, test } from "vitest"
import type { Task } from "../../../core/domain/task/task.ts"
import { taskToLand } from "../../../core/engine/train/taskToLand.ts"

const work = { tip: "t", base: "b", branch: "x", gated: true }
const task = (agent: string, said?: string): Task => ({
  id: 3,
  title: "Add a page",
  status: "completed",
  priority: "normal",
  labels: [],
  needs: [],
  scope: [],
  acceptance: [],
  prompt: "",
  extra: {},
  fence: 1,
  created: "",
  updated: "",
  attempts: [
    { n: 1, agent, outcome: "work", said: "could not" },
    { n: 2, agent, outcome: "ok", ...(said === undefined ? {} : { said }) },
  ],
})
const agents = { own: { name: "own", adapter: "shell", env: [] }, scribe: { name: "scribe", adapter: "claude", env: [] } }

test.each([
  ["scribe", "The page is there.\n\nTests pass.", "The page is there.\n\nTests pass."],
  ["claude", "Done.", "Done."],
  ["own", "installing\n\nThe page is there.", "The page is there."],
  ["own", undefined, undefined],
])("what %s said last, %j, is the body of the landing", (agent, said, body) =>
  expect(taskToLand(task(agent, said), work, { agents }).body).toBe(body),
)
