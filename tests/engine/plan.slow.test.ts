import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { acceptProposal } from "../../core/engine/acceptProposal.ts"
import { addTasks } from "../../core/engine/addTasks.ts"
import { discardTask } from "../../core/engine/discardTask.ts"
import { plan } from "../../core/engine/plan.ts"
import { recover } from "../../core/engine/recovery.ts"
import { listTasks } from "../../core/steps/record.ts"
import { makeStage } from "../support/engine.ts"
import { make, over, planners, read } from "../support/planners.ts"

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

test("a plan may stand in the last words; none at all is a failure", async () => {
  const stage = makeStage(planners())
  expect(await stage.act(plan(await make(stage, "Talk:talker")))).toMatchObject({ tasks: [{ key: "db" }, { key: "ui" }] })
  const silent = await make(stage, "Hush:silent")
  expect(await stage.act(Effect.result(plan(silent)))).toMatchObject({ failure: { _tag: "LookFailed", reason: "it ended without a plan" } })
})

test("an accept that was cut short goes on where it stopped, and the plan is not done before", async () => {
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

test("the plan is done when its last child is over, also when nobody saw that happen", async () => {
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
