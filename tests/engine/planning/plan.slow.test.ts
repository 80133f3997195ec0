import * as Effect from "effect/Effect"
import { existsSync, readdirSync } from "node:fs"
import { expect, test } from "vitest"
import { acceptProposal } from "../../../core/engine/planning/acceptProposal.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { retryTasks } from "../../../core/engine/run/again.ts"
import { discardTask } from "../../../core/engine/handwork/discardTask.ts"
import { journey } from "../../../core/engine/run/journey.ts"
import { plan } from "../../../core/engine/planning/plan.ts"
import { recover } from "../../../core/engine/recovery/recovery.ts"
import { run } from "../../../core/engine/run/run.ts"
import { standingProposal } from "../../../core/engine/planning/standingProposal.ts"
import { changeTask, listTasks } from "../../../core/steps/task/record.ts"
import { makeStage } from "../../support/engine.ts"
import { make, over, planners, read } from "../../support/planners.ts"
import { deeply } from "../../support/deeply.ts"

test("a plan waits for a word, and leaves no tree; accepted, it becomes children that wait for what it waited for", async () => {
  const stage = makeStage(planners())
  const first = await make(stage, "Before")
  const id = await make(stage, "Shop")
  await stage.act(changeTask(id, (task) => ({ ...task, needs: [first] })))
  const proposed = await stage.act(plan(id))
  expect(proposed.tasks.map(({ key, needs }) => [key, needs])).toEqual([
    ["db", []],
    ["ui", ["db"]],
  ])
  expect(await read(stage, id)).toMatchObject({
    kind: "plan",
    status: "pending",
    reason: `its plan waits for your word: osier plan ${id} --accept`,
  })
  expect(existsSync(`${stage.repo.path}.osier`) ? readdirSync(`${stage.repo.path}.osier`) : []).toEqual([])
  expect(stage.repo.git("branch", "--format=%(refname:short)")).toBe("main")
  expect(await stage.act(standingProposal(id, "plan"))).toMatchObject({ id, tasks: [{ key: "db" }, { key: "ui" }] })
  expect(await stage.act(run({ ids: "ready" }))).toMatchObject({ landed: [], failed: [], waiting: [] })

  await stage.act(journey(id))
  expect(await read(stage, id)).toMatchObject({ status: "pending", attempts: { length: 1 } })

  stage.repo.commit("user", { "ui/page.ts": "1\n", "docs/a.md": "1\n" })
  const accepted = await stage.act(acceptProposal(id, "plan"))
  const [db = 0, ui = 0] = accepted.tasks.map((one) => one.id)
  expect(accepted.drifted).toEqual(["ui/page.ts"])
  expect([db, ui]).toEqual([id + 1, id + 2])
  expect(await read(stage, db)).toMatchObject({ parent: id, needs: [first], independence: "yes" })
  expect(await read(stage, ui)).toMatchObject({ parent: id, needs: [first, db] })
  expect(await read(stage, id)).toMatchObject({ children: [db, ui], status: "pending" })
  expect(await stage.act(acceptProposal(id, "plan"))).toMatchObject({ tasks: [{ id: db, resumed: true }, { id: ui }] })
  expect(await stage.act(Effect.result(plan(id)))).toMatchObject({ failure: { _tag: "NotOpen" } })
  expect(await stage.act(Effect.result(retryTasks([id])))).toMatchObject({ failure: { _tag: "NothingToLand", hint: `osier plan ${id}` } })
})

test("a proposal with mistakes goes back to the agent with them, and is refused whole when that does not help", async () => {
  const stage = makeStage(planners(1))
  const id = await make(stage, "Learn:learner")
  expect(await stage.act(plan(id))).toMatchObject({ tasks: [{ title: "Right" }] })
  expect((await read(stage, id)).attempts.map(({ outcome }) => outcome)).toEqual(["work", "ok"])
  const bad = await make(stage, "Never:bad")
  expect(await stage.act(Effect.result(plan(bad)))).toMatchObject({
    failure: {
      _tag: "PlanRefused",
      exit: 2,
      file: `refs/osier/tasks/${bad}:proposal.yaml`,
      line: 3,
      message: expect.stringContaining("unknown need bd"),
    },
  })
  expect(await read(stage, bad)).toMatchObject({ status: "failed", attempts: { length: 2 } })
  expect((await stage.act(listTasks())).map((task) => task.id)).toEqual([id, bad])
  expect(stage.repo.git("show", `refs/osier/tasks/${bad}:proposal.yaml`)).toContain("bd")
})

deeply("a plan may stand in the last words; none at all is a failure", { timeout: 120_000 }, async () => {
  const stage = makeStage(planners())
  expect(await stage.act(plan(await make(stage, "Talk:talker")))).toMatchObject({ tasks: [{ key: "db" }, { key: "ui" }] })
  const silent = await make(stage, "Hush:silent")
  expect(await stage.act(Effect.result(plan(silent)))).toMatchObject({ failure: { _tag: "LookFailed", reason: "it ended without a plan" } })
})

deeply("an accept that was cut short goes on where it stopped, and the plan is not done before", { timeout: 120_000 }, async () => {
  const stage = makeStage(planners())
  const id = await make(stage, "Shop")
  const { tasks } = await stage.act(plan(id))
  const [one] = await stage.act(addTasks(tasks.slice(0, 1), { again: "resume", parent: id }))
  await stage.act(over(one?.id ?? 0, "merged"))
  await stage.act(recover())
  expect(await read(stage, id)).toMatchObject({ status: "pending" })
  expect(await stage.act(Effect.result(plan(id)))).toMatchObject({ failure: { _tag: "NotOpen" } })
  const { tasks: all } = await stage.act(acceptProposal(id, "plan"))
  expect(all).toMatchObject([{ id: one?.id, resumed: true }, { resumed: false }])
  expect((await stage.act(listTasks())).filter((task) => task.parent === id)).toHaveLength(2)
})

deeply("the plan is done when its last child is over, also when nobody saw that happen", { timeout: 120_000 }, async () => {
  const stage = makeStage(planners())
  const [seen, unseen] = [await make(stage, "Seen"), await make(stage, "Unseen")]
  const children: number[][] = []
  for (const id of [seen, unseen]) {
    await stage.act(plan(id))
    children.push((await stage.act(acceptProposal(id, "plan"))).tasks.map((task) => task.id))
  }
  const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = children
  await stage.act(over(a, "merged"))
  expect((await read(stage, seen)).status).toBe("pending")
  await stage.act(discardTask(b))
  expect(await read(stage, seen)).toMatchObject({ status: "merged", reason: "all children are over" })
  await stage.act(over(c, "merged"))
  await stage.act(over(d, "discarded"))
  expect((await read(stage, unseen)).status).toBe("pending")
  await stage.act(recover())
  expect((await read(stage, unseen)).status).toBe("merged")
  expect(stage.events().filter((event) => event.type === "TaskMerged" && event.reason === "all children are over")).toHaveLength(2)
})
