import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import type { Task } from "../../../core/domain/task/task.ts"
import { readSummary, Summary } from "../../../core/domain/task/trailers.ts"
import { worldAt, type World } from "../../../core/live.ts"
import { mergeRecords } from "../../../core/steps/task/mergeRecords.ts"
import { recordAt } from "../../../core/steps/task/recordAt.ts"
import { createTask, changeTask, readTask, taskRef } from "../../../core/steps/task/record.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import { makeRepo, type Repo } from "../../support/repo.ts"

const plain: Task = {
  id: 7,
  title: "Add a login page",
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

const inLive = <A, E>({ path }: Repo, effect: Effect.Effect<A, E, World>) => Effect.runPromise(Effect.provide(effect, worldAt(path)))

type Change = Partial<Task>
type Files = Readonly<Record<string, string>>

/** Writes a change and answers with its commit; the ref is put back to where both sides begin. */
const side = (from: string, change: Change, files: Files = {}) =>
  Effect.gen(function* () {
    const refs = yield* Refs
    const { commit } = yield* changeTask(7, (task) => ({ ...task, ...change }), { files })
    yield* refs.swap([{ ref: taskRef(7), from: commit, to: from }])
    return commit
  })

const diverged = (ours: readonly [Change, Files?], theirs: readonly [Change, Files?], base: Files = {}) =>
  Effect.gen(function* () {
    const { commit } = yield* createTask(plain, base)
    const [local, shared] = [yield* side(commit, ...ours), yield* side(commit, ...theirs)]
    const merged = yield* mergeRecords({ local, shared })
    return { base: commit, local, shared, merged, task: (yield* recordAt(merged.commit)).task }
  })

test("different fields and different files end in one commit with both parents, the shared one first", async () => {
  const repo = makeRepo()
  const done = await inLive(
    repo,
    diverged([{ priority: "high" }, { "report.md": "mine\n" }], [{ title: "B" }, { "result.json": "{}" }], { "plan.md": "plan\n" }),
  )
  expect(done.merged).toMatchObject({ fields: [], files: [], strangers: false })
  expect(done.task).toMatchObject({ priority: "high", title: "B" })
  const { commit } = done.merged
  expect(repo.git("show", "-s", "--format=%P", commit)).toBe(`${done.shared} ${done.local}`)
  expect(repo.git("ls-tree", "-r", "--name-only", commit).split("\n")).toEqual(["plan.md", "report.md", "result.json", "task.md"])
  expect(repo.git("show", `${commit}:report.md`)).toBe("mine")
  const summary = readSummary(repo.git("show", "-s", "--format=%B", commit))
  expect(summary).toEqual(Schema.decodeUnknownSync(Summary)(done.task))
  expect(repo.git("fsck", "--strict")).not.toMatch(/error/)
  expect(repo.git("rev-parse", taskRef(7))).toBe(done.base)
})

test("in one field and one file: what gave way is told, and stays in the history", async () => {
  const repo = makeRepo()
  const done = await inLive(
    repo,
    diverged([{ priority: "high" }, { "plan.md": "mine\n" }], [{ priority: "low" }, { "plan.md": "shared\n" }], { "plan.md": "plan\n" }),
  )
  expect(done.task.priority).toBe("low")
  expect(done.merged.fields).toEqual([{ field: "priority", kept: "low", lost: "high", loser: "ours" }])
  expect(done.merged.files.map(({ path }) => path)).toEqual(["plan.md"])
  expect(repo.git("show", `${done.merged.commit}:plan.md`)).toBe("shared")
  expect(repo.git("show", `${done.merged.commit}^2:plan.md`)).toBe("mine")
  expect(repo.git("show", `${done.merged.commit}^2:task.md`)).toContain("priority: high")
})

test("a file on one side and a folder of its name on the other: the shared one stands", async () => {
  const repo = makeRepo()
  const done = await inLive(
    repo,
    Effect.gen(function* () {
      const { commit } = yield* createTask(plain)
      const local = yield* side(commit, { priority: "high" }, { evidence: "a file\n" })
      const shared = yield* side(commit, { title: "B" })
      return { local, shared }
    }),
  )
  const blob = repo.git("rev-parse", `${done.local}:evidence`)
  // The same commit with a folder `evidence` in its tree, as a run writes it.
  repo.git("update-index", "--add", "--cacheinfo", `100644,${blob},evidence/log.txt`)
  repo.git("update-index", "--add", "--cacheinfo", `100644,${repo.git("rev-parse", `${done.shared}:task.md`)},task.md`)
  const tree = repo.git("write-tree")
  const shared = repo.git("commit-tree", tree, "-p", `${done.shared}^`, "-m", repo.git("show", "-s", "--format=%B", done.shared))
  const merged = await inLive(repo, mergeRecords({ local: done.local, shared }))
  expect(merged.files).toEqual([{ path: "evidence", lost: blob }])
  expect(repo.git("ls-tree", "-r", "--name-only", merged.commit).split("\n")).toContain("evidence/log.txt")
  expect(repo.git("fsck", "--strict")).not.toMatch(/error/)
})

test("one that has all of the other is the answer itself, and nothing is written", async () => {
  const repo = makeRepo()
  await inLive(
    repo,
    Effect.gen(function* () {
      const { commit } = yield* createTask(plain)
      const newer = yield* side(commit, { priority: "high" })
      const before = repo.git("count-objects", "-v")
      expect((yield* mergeRecords({ local: commit, shared: newer })).commit).toBe(newer)
      expect((yield* mergeRecords({ local: newer, shared: commit })).commit).toBe(newer)
      expect((yield* mergeRecords({ local: newer, shared: newer })).commit).toBe(newer)
      expect(repo.git("count-objects", "-v")).toBe(before)
    }),
  )
})

test("strangers of one number: the shared one stands, the local one stays in the history", async () => {
  const repo = makeRepo()
  const done = await inLive(
    repo,
    Effect.gen(function* () {
      const refs = yield* Refs
      const local = (yield* createTask(plain)).commit
      yield* refs.swap([{ ref: taskRef(7), from: local, to: undefined }])
      const shared = (yield* createTask({ ...plain, title: "Another", created: "2026-11-20T11:00:00.000Z" }, { "plan.md": "p\n" })).commit
      const merged = yield* mergeRecords({ local, shared })
      yield* refs.swap([{ ref: taskRef(7), from: shared, to: merged.commit }])
      return { merged, task: (yield* readTask(7)).task }
    }),
  )
  expect(done.merged.strangers).toBe(true)
  expect(done.task.title).toBe("Another")
  expect(repo.git("show", `${done.merged.commit}^2:task.md`)).toContain("Add a login page")
  expect(repo.git("show", `${done.merged.commit}:plan.md`)).toBe("p")
})
