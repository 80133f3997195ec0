import * as Effect from "effect/Effect"
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { Task } from "../../../core/domain/task/task.ts"
import { worldAt, type World } from "../../../core/live.ts"
import { createTask, changeTask } from "../../../core/steps/task/record.ts"
import { readTaskFiles } from "../../../core/steps/task/readTaskFiles.ts"
import { readBase } from "../../../core/steps/task/taskFolder.ts"
import { writeTaskFiles } from "../../../core/steps/task/writeTaskFiles.ts"
import { FileFailed, Files } from "../../../core/world/machine/files.ts"
import { makeRepo } from "../../support/repo.ts"

const plain = (id: number): Task => ({
  id,
  title: `Task ${id}`,
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
})

const prepared = async () => {
  const repo = makeRepo()
  const act = <A, E>(effect: Effect.Effect<A, E, World>) => Effect.runPromise(Effect.provide(effect, worldAt(repo.path)))
  await act(Effect.forEach([1, 2, 3], (id) => createTask(plain(id))))
  const kinds = () =>
    act(
      Effect.gen(function* () {
        const base = yield* readBase()
        return base === undefined ? [] : (yield* readTaskFiles(base)).map(({ kind, name }) => `${name} ${kind}`)
      }),
    )
  return { repo, act, kinds, folder: join(repo.path, ".osier/tasks") }
}

test("the n-th change to the disk fails, and no file that osier wrote passes for edited, none that was edited for ours", async () => {
  const { act, kinds, folder } = await prepared()
  await act(writeTaskFiles())
  const mine = join(folder, "3-task-3.md")
  writeFileSync(mine, readFileSync(mine, "utf8").replace("Do it.", "Mine."))
  const titles = (round: number) =>
    Effect.forEach([1, 2, 3], (id) => changeTask(id, (task) => ({ ...task, title: `Round ${round} ${id}` })))
  let round = 0
  for (; ; round++) {
    const limit = round
    await act(titles(round))
    const ended = await act(
      Effect.gen(function* () {
        const files = yield* Files
        let left = limit
        const bounded = <A>(path: string, act: Effect.Effect<A, FileFailed>) =>
          Effect.suspend(() => (left-- > 0 ? act : Effect.fail(new FileFailed({ path, doing: "write", code: "EIO", reason: "killed" }))))
        const dying = {
          ...files,
          write: (path: string, data: string | Uint8Array) => bounded(path, files.write(path, data)),
          remove: (path: string) => bounded(path, files.remove(path)),
        }
        return yield* Effect.result(Effect.provideService(writeTaskFiles(), Files, dying))
      }),
    )
    expect((await kinds()).filter((row) => row.endsWith("edited"))).toEqual(["3-task-3.md edited"])
    expect(readFileSync(mine, "utf8")).toContain("Mine.")
    if (ended._tag === "Success") break
  }
  // The note before, two files and two removals, the note after; and what earlier rounds left to remove.
  expect(round).toBeGreaterThanOrEqual(6)
  expect(readdirSync(folder).filter((name) => name.endsWith(".md"))).toEqual([
    `1-round-${round}-1.md`,
    `2-round-${round}-2.md`,
    "3-task-3.md",
  ])
})

test("a file of somebody else that has the name of a task's is left alone", async () => {
  const { repo, act, folder } = await prepared()
  repo.write(".osier/tasks/1-task-1.md", "my notes\n")
  const done = await act(writeTaskFiles())
  expect(done).toMatchObject({ written: ["2-task-2.md", "3-task-3.md"], left: ["1-task-1.md"] })
  expect(readFileSync(join(folder, "1-task-1.md"), "utf8")).toBe("my notes\n")
  expect(existsSync(join(repo.path, ".osier/.gitignore"))).toBe(true)
  rmSync(join(folder, "1-task-1.md"))
  expect((await act(writeTaskFiles())).written).toEqual(["1-task-1.md"])
})
