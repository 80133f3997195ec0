import { expect, test } from "vitest"
import { parseArguments } from "../../../core/domain/plan/plan.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { run } from "../../../core/engine/run/run.ts"
import { changeTask, readTask } from "../../../core/steps/task/record.ts"
import { makeStage } from "../../support/engine.ts"
import { check, scribe } from "../../support/scribe.ts"

const known = { agents: ["scribe"], adapters: [], gates: ["test"] }

test("nothing is built on a landing that somebody took back; with it there again, it goes on", { timeout: 120_000 }, async () => {
  const { repo, act, run: play } = makeStage(scribe, check)
  const [before, first] = [repo.git("rev-parse", "main"), await play(["first"])]
  expect(first.exit).toBe(0)
  const landing = repo.git("rev-parse", "main")
  repo.git("reset", "-q", "--hard", before)
  await act(addTasks(parseArguments(["second"], known).tasks, { again: "new" }))
  await act(changeTask(2, (task) => ({ ...task, needs: [1] }), {}))
  const report = await act(run({ ids: [2] }))
  expect(report).toMatchObject({
    exit: 5,
    waiting: [{ id: 2, reason: `it needs #1, which landed in ${landing.slice(0, 12)}, and that is not on main any more` }],
  })
  expect((await act(readTask(2))).task.status).toBe("pending")
  repo.git("merge", "-q", "--ff-only", landing)
  expect((await act(run({ ids: [2] }))).exit).toBe(0)
  expect(repo.git("ls-files", "notes").split("\n")).toHaveLength(2)
})
