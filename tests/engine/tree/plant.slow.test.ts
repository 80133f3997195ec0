import * as Effect from "effect/Effect"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { Owner } from "../../../core/domain/lock/lock.ts"
import { parseArguments } from "../../../core/domain/plan/plan.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { cleanStale } from "../../../core/engine/recovery/cleanStale.ts"
import { plant, raise } from "../../../core/engine/tree/plant.ts"
import { reconcile } from "../../../core/engine/recovery/reconcile.ts"
import { RunContext } from "../../../core/engine/context/runContext.ts"
import { takeLock } from "../../../core/steps/lock/lock.ts"
import { changeTask, readTask } from "../../../core/steps/task/record.ts"
import { Machine } from "../../../core/world/machine/machine.ts"
import { makeStage } from "../../support/engine.ts"

const yaml = `agents: { a: { adapter: shell, command: ["true"] } }
agent: a
gates: { test: ["true"] }
`

const later = Effect.map(Machine, ({ self }): Owner => ({ ...self, run: "later", email: "dev@example.com" }))

/** A task whose owner has a tree with work in it, loses the task meanwhile, and then ends. */
const wakesLate = <A, E, R>(meanwhile: (tree: { readonly path: string; readonly branch: string }) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    yield* addTasks(parseArguments(["one"], { agents: ["a"], adapters: [], gates: [] }).tasks, { again: "new" })
    const held = yield* takeLock("task", "1")
    const { task } = yield* changeTask(1, (old) => ({ ...old, status: "running", branch: "task/one-1" }), { held })
    return yield* Effect.scoped(
      Effect.gen(function* () {
        const tree = yield* plant(held, task, "main")
        writeFileSync(join(tree.path, "mine.txt"), "mine\n")
        return { left: tree, came: yield* meanwhile(tree) }
      }),
    )
  })

test("an owner that wakes late takes away neither the new owner's tree nor its branch, nor what that one is to clear up", async () => {
  const { act, repo, events } = makeStage(yaml)
  const seen = await act(
    wakesLate(() =>
      Effect.gen(function* () {
        const held = yield* takeLock("task", "1", { owner: yield* later, steal: true })
        const { task } = yield* reconcile(held, (yield* readTask(1)).task, "begin anew")
        return yield* raise(task, "main", held)
      }),
    ),
  )
  expect(seen.came.path).not.toBe(seen.left.path)
  expect(seen.came.branch).toBe(seen.left.branch)
  expect([existsSync(seen.left.path), existsSync(seen.came.path)]).toEqual([false, true])
  expect(repo.git("-C", seen.came.path, "symbolic-ref", "HEAD")).toBe(`refs/heads/${seen.came.branch}`)
  expect(repo.git("show", "refs/osier/keep/1/1:mine.txt")).toBe("mine")
  expect(events().filter(({ type }) => type === "TreeRemoved")).toHaveLength(1)
})

test("the tree of an owner that lost the task stays for the next one, is told, and is kept and swept as stale", async () => {
  const { act, repo, events } = makeStage(yaml)
  const { left } = await act(wakesLate(() => Effect.flatMap(later, (owner) => takeLock("task", "1", { owner, steal: true }))))
  expect(existsSync(join(left.path, "mine.txt"))).toBe(true)
  const told = events().find(({ type }) => type === "Warned")
  expect(told).toMatchObject({ task: 1, message: expect.stringContaining("lost to another owner") })
  const swept = await act(Effect.flatMap(RunContext, ({ settings }) => cleanStale({ dryRun: false, settings, trouble: undefined })))
  expect(swept.removed).toMatchObject([{ what: "tree", name: left.path, task: 1, proof: expect.stringContaining("by a later fence") }])
  expect(existsSync(left.path)).toBe(false)
  expect(repo.git("show", "refs/osier/keep/1/1:mine.txt")).toBe("mine")
})

test("an owner that is asked for nothing clears up behind itself", async () => {
  const { act, repo } = makeStage(yaml)
  const { left } = await act(wakesLate(() => Effect.void))
  expect(existsSync(left.path)).toBe(false)
  expect(repo.git("branch", "--format=%(refname:short)")).toBe("main")
  expect(repo.git("show", "refs/osier/keep/1/1:mine.txt")).toBe("mine")
})
