import { expect, onTestFinished, test } from "vitest"
import { open } from "../core/osier.ts"
import { planners } from "./support/planners.ts"
import { makeRepo } from "./support/repo.ts"

const opened = async () => {
  const osier = await open(makeRepo({ "osier.yaml": planners() }).path)
  onTestFinished(() => osier.close())
  return osier
}

test("a program gives tasks with the fields of a plan; the same ones again are the same, and mistakes make none", async () => {
  const osier = await opened()
  const given = [
    { id: "page", title: "Add a page", priority: "high", acceptance: ["it opens"] } as const,
    "Explain it:talker",
    { title: "Test it", needs: ["page"] },
  ]
  expect((await osier.addTasks(given)).map(({ id, resumed }) => [id, resumed])).toEqual([1, 2, 3].map((id) => [id, false]))
  expect((await osier.addTasks(given)).map(({ id, resumed }) => [id, resumed])).toEqual([1, 2, 3].map((id) => [id, true]))
  expect(await osier.task(1)).toMatchObject({ title: "Add a page", priority: "high", acceptance: ["it opens"], agent: "good" })
  expect(await osier.task(3)).toMatchObject({ needs: [1] })
  await expect(osier.addTasks([{ title: "x", needs: ["nobody"] }])).rejects.toMatchObject({ _tag: "PlanRefused", exit: 2 })
  expect(await osier.tasks()).toHaveLength(3)
})

test("drafts wait for a sync; a plan waits for a word", { timeout: 120_000 }, async () => {
  const osier = await opened()
  expect(await osier.addDrafts([{ title: "Later", labels: ["idea"] }])).toMatchObject([{ title: "Later" }])
  expect(await osier.tasks()).toEqual([])
  expect(await osier.sync()).toMatchObject({ numbered: [{ id: 1, title: "Later" }], problems: [] })

  const proposed = await osier.plan("Build the shop")
  expect(proposed.tasks.map(({ key }) => key)).toEqual(["db", "ui"])
  expect(await osier.plan("Build the shop")).toMatchObject({ id: proposed.id })
  const { tasks } = await osier.accept(proposed.id)
  expect((await osier.task(proposed.id)).children).toEqual(tasks.map(({ id }) => id))
})
