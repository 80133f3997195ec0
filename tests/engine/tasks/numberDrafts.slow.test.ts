import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parsePlan } from "../../../core/domain/plan/plan.ts"
import { addDrafts } from "../../../core/engine/tasks/addDrafts.ts"
import { numberDrafts } from "../../../core/engine/tasks/numberDrafts.ts"
import { claimIds } from "../../../core/steps/task/claimIds.ts"
import { dropDraft, giveNumber, listDrafts } from "../../../core/steps/task/drafts.ts"
import { createTask, listTasks, readTask } from "../../../core/steps/task/record.ts"
import { recordAt } from "../../../core/steps/task/recordAt.ts"
import { makeStage } from "../../support/engine.ts"

const yaml = `agents: { scribe: { adapter: shell, command: ["true"] } }\nagent: scribe\n`
const known = { agents: ["scribe"], adapters: [], gates: [] }
const planOf = (text: string) => parsePlan([{ path: "plan.yaml", text }], known).tasks
const two = planOf("tasks:\n  - { id: second, title: Second, needs: [first], priority: high }\n  - { id: first, title: First }\n")

const refsOf = (git: (...args: readonly string[]) => string) => git("for-each-ref", "--format=%(refname)", "refs/osier/").split("\n")

test("a draft takes no number and no lock; later each gets one, needs before those who need them", async () => {
  const { repo, act, events } = makeStage(yaml)
  const added = await act(addDrafts(two, "scribe"))
  expect(added.map(({ title }) => title)).toEqual(["Second", "First"])
  expect(refsOf(repo.git)).toEqual(added.map(({ draft }) => `refs/osier/drafts/${draft}`).toSorted())
  const drafts = await act(listDrafts())
  expect(drafts.map(({ task }) => [task.id, task.title, task.priority])).toEqual([
    [0, "Second", "high"],
    [0, "First", "normal"],
  ])
  const numbered = await act(numberDrafts())
  expect(numbered).toMatchObject([
    { id: 1, title: "First" },
    { id: 2, title: "Second" },
  ])
  const { task } = await act(readTask(2))
  expect(task).toMatchObject({ needs: [1], priority: "high", source: `draft:${numbered[1]?.draft}`, extra: {}, status: "pending" })
  expect(refsOf(repo.git)).toEqual(["refs/osier/ids", "refs/osier/tasks/1", "refs/osier/tasks/2"])
  expect(events().filter(({ type }) => type === "TaskAdded")).toHaveLength(2)
  expect(await act(numberDrafts())).toEqual([])
})

test("killed after any of its steps, a draft becomes one task and keeps its number", async () => {
  const { act } = makeStage(yaml)
  await act(addDrafts(planOf("tasks: [{ title: One }]"), "scribe"))
  // Killed after a number was claimed, and again after it was noted.
  await act(claimIds(1))
  await act(
    Effect.gen(function* () {
      const [id = 0] = yield* claimIds(1)
      for (const draft of yield* listDrafts()) yield* giveNumber(draft, { ...(yield* recordAt(draft.commit)).task, id })
    }),
  )
  // And after the task was made.
  const noted = await act(listDrafts())
  expect(noted.map(({ task }) => task.id)).toEqual([2])
  await act(
    Effect.gen(function* () {
      for (const { commit } of noted) yield* createTask((yield* recordAt(commit)).task)
    }),
  )
  expect(await act(numberDrafts())).toEqual([])
  expect(await act(listTasks())).toMatchObject([{ id: 2, title: "One" }])
  expect(await act(listDrafts())).toEqual([])
})

test("many at once make one task of each draft", async () => {
  const { act } = makeStage(yaml)
  await act(addDrafts(planOf("tasks: [{ title: A }, { title: B }, { title: C }, { title: D }]"), "scribe"))
  const done = await Promise.all([1, 2, 3, 4].map(() => act(numberDrafts())))
  const titles = (list: readonly { readonly title: string }[]) => list.map(({ title }) => title).toSorted()
  expect(titles(done.flat())).toEqual(["A", "B", "C", "D"])
  expect(titles(await act(listTasks()))).toEqual(["A", "B", "C", "D"])
  expect(await act(listDrafts())).toEqual([])
})

test("a need that is gone is told, and keeps nobody waiting", async () => {
  const { repo, act } = makeStage(yaml)
  await act(addDrafts(two, "scribe"))
  await act(
    Effect.gen(function* () {
      for (const draft of yield* listDrafts()) if (draft.task.title === "First") yield* dropDraft(draft)
    }),
  )
  expect(await act(numberDrafts())).toMatchObject([{ id: 1, title: "Second" }])
  expect((await act(readTask(1))).task.needs).toEqual([])
  const journal = join(repo.path, ".git/osier/journal.jsonl")
  expect(existsSync(journal) && readFileSync(journal, "utf8")).toContain("is gone")
})
