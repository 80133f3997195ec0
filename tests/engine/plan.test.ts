import * as Effect from "effect/Effect"
import { existsSync, readdirSync } from "node:fs"
import { expect, test } from "vitest"
import { acceptProposal } from "../../core/engine/acceptProposal.ts"
import { retryTasks } from "../../core/engine/again.ts"
import { journey } from "../../core/engine/journey.ts"
import { plan } from "../../core/engine/plan.ts"
import { run } from "../../core/engine/run.ts"
import { standingProposal } from "../../core/engine/standingProposal.ts"
import { changeTask } from "../../core/steps/record.ts"
import { makeStage } from "../support/engine.ts"
import { make, planners, read } from "../support/planners.ts"

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
