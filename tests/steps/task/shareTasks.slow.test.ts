import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import type { Task } from "../../../core/domain/task/task.ts"
import { worldAt, type World } from "../../../core/live.ts"
import { claimIds, nextIds } from "../../../core/steps/task/claimIds.ts"
import { changeTask, createTasks, listTasks, readTask } from "../../../core/steps/task/record.ts"
import { shareTasks } from "../../../core/steps/task/shareTasks.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import { Remote } from "../../../core/world/remote/remote.ts"
import { sharedRefs } from "../../../core/world/remote/sharedRefs.ts"
import { makeHub } from "../../support/clones.ts"
import type { Repo } from "../../support/repo.ts"

const plain: Omit<Task, "id" | "title"> = {
  status: "pending",
  priority: "normal",
  labels: [],
  needs: [],
  scope: [],
  acceptance: [],
  created: "2026-11-20T10:00:00.000Z",
  updated: "2026-11-20T10:00:00.000Z",
  attempts: [],
  extra: {},
  prompt: "Do it.",
}

/** In one clone, as if it had no remote. */
const alone = <A, E>({ path }: Repo, effect: Effect.Effect<A, E, World>) => Effect.runPromise(Effect.provide(effect, worldAt(path)))
/** In one clone that shares what it does. */
const shared = <A, E>(repo: Repo, effect: Effect.Effect<A, E, World>) =>
  alone(repo, Effect.provide(effect, sharedRefs("origin").pipe(Layer.provide(Remote.layer("origin", "refs/osier/")))))

const data = ["refs/osier/tasks/", "refs/osier/ids"]
const meet = Effect.gen(function* () {
  const refs = yield* Refs
  return yield* shareTasks(yield* refs.refresh(data))
})
const add = Effect.fnUntraced(function* (tasks: readonly Pick<Task, "title" | "needs">[]) {
  const { move } = yield* nextIds(tasks.length)
  yield* createTasks(
    tasks.map((task, at) => ({ task: { ...plain, ...task, id: at + 1 }, files: { "plan.md": `how to ${task.title}\n` } })),
    move,
  )
})
const titles = Effect.map(listTasks(), (all) => all.map(({ id, title, needs }) => `${id} ${title} ${needs.join(",")}`.trim()))

test("what a clone knew before it shared anything is shown to all, under numbers that nobody else has", async () => {
  const { clone } = makeHub()
  const [mine, theirs] = [clone(), clone()]
  await alone(
    mine,
    add([
      { title: "a", needs: [] },
      { title: "b", needs: [1] },
    ]),
  )
  await alone(
    theirs,
    add([
      { title: "x", needs: [] },
      { title: "y", needs: [1] },
      { title: "z", needs: [2] },
    ]),
  )
  expect(await shared(mine, meet)).toMatchObject({ shown: [1, 2], merged: [], renumbered: [] })
  // 1 and 2 are taken by then; 3 keeps its number and needs the new one of what was 2.
  expect(await shared(theirs, meet)).toMatchObject({
    shown: [3],
    renumbered: [
      { from: 1, id: 4, title: "x" },
      { from: 2, id: 5, title: "y" },
    ],
  })
  const all = ["1 a", "2 b 1", "3 z 5", "4 x", "5 y 4"]
  expect(await shared(theirs, titles)).toEqual(all)
  await shared(mine, meet)
  expect(await shared(mine, titles)).toEqual(all)
  expect(mine.git("show", "refs/osier/tasks/4:plan.md")).toBe("how to x")
  const [one, other] = await Promise.all([shared(mine, claimIds(2)), shared(theirs, claimIds(2))])
  expect(new Set([...one, ...other])).toEqual(new Set([6, 7, 8, 9]))
})

test("different fields of one task changed here and there both stand; of one field the remote's, and ours in history", async () => {
  const { clone } = makeHub()
  const [mine, theirs] = [clone(), clone()]
  await shared(mine, add([{ title: "a", needs: [] }]))
  await shared(theirs, meet)
  await alone(
    mine,
    changeTask(1, (task) => ({ ...task, title: "mine", priority: "high" })),
  )
  await shared(
    theirs,
    changeTask(1, (task) => ({ ...task, title: "theirs", labels: ["x"] })),
  )
  const { merged } = await shared(mine, meet)
  expect(merged).toMatchObject([{ id: 1, conflicts: [{ field: "title" }] }])
  const { task } = await shared(mine, readTask(1))
  expect(task).toMatchObject({ title: "theirs", priority: "high", labels: ["x"] })
  expect(mine.git("show", `${merged[0]?.here ?? ""}:task.md`)).toContain("title: mine")
  await shared(theirs, meet)
  expect((await shared(theirs, readTask(1))).task).toEqual(task)
  expect(await shared(mine, meet)).toEqual({ shown: [], merged: [], renumbered: [] })
})
