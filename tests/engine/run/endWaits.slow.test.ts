import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import type { Owner } from "../../../core/domain/lock/lock.ts"
import { parseArguments } from "../../../core/domain/plan/plan.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { run } from "../../../core/engine/run/run.ts"
import { releaseLock, sweepLock, takeLock } from "../../../core/steps/lock/lock.ts"
import { changeTask } from "../../../core/steps/task/record.ts"
import { Machine } from "../../../core/world/machine/machine.ts"
import { makeStage } from "../../support/engine.ts"

const yaml = `agents: { a: { adapter: shell, command: ["sh", "-c", "echo 1 > $OSIER_SLUG.txt"] } }
agent: a
concurrency: 8
gates: { test: ["true"] }
`
const titles = ["failed", "discarded", "planned", "released", "claimed", "broken", "completed"]

/** Another run of this machine, which lives. */
const other = Effect.map(Machine, ({ self }): Owner => ({ ...self, run: "other", email: "dev@example.com" }))

test("a run that waits for another's tasks ends whatever becomes of them there", { timeout: 120_000 }, async () => {
  const { act, repo, events } = makeStage(yaml)
  await act(addTasks(parseArguments(titles, { agents: ["a"], adapters: [], gates: [] }).tasks, { again: "new" }))
  const held = await act(
    Effect.gen(function* () {
      const owner = yield* other
      return yield* Effect.forEach(titles, (_, at) =>
        Effect.gen(function* () {
          const lock = yield* takeLock("task", String(at + 1), { owner, leaseMs: 600_000 })
          yield* changeTask(at + 1, (task) => ({ ...task, status: "running" }), { held: lock })
          return lock
        }),
      )
    }),
  )
  const ended = act(run({ ids: titles.map((_, at) => at + 1) }))
  await expect.poll(() => events().filter(({ type }) => type === "TaskWaited").length, { timeout: 20_000 }).toBe(titles.length)
  const [failed, discarded, planned, released, claimed, broken, completed] = held
  if (!failed || !discarded || !planned || !released || !claimed || !broken || !completed) throw new Error("a lock is missing")
  await act(
    Effect.gen(function* () {
      yield* changeTask(1, (task) => ({ ...task, status: "failed", reason: "no" }), { held: failed })
      yield* releaseLock(failed)
      yield* changeTask(2, (task) => ({ ...task, status: "pending" }), { held: discarded })
      yield* changeTask(2, (task) => ({ ...task, status: "discarded" }), { held: discarded })
      yield* sweepLock(discarded)
      yield* changeTask(3, (task) => ({ ...task, status: "pending", kind: "plan" }), { held: planned })
      yield* releaseLock(planned)
      yield* releaseLock(released)
      yield* takeLock("task", "5", { owner: { session: "s", host: "here", email: "eve@example.com" }, steal: true })
      yield* changeTask(7, (task) => ({ ...task, status: "completed" }), { held: completed })
      yield* releaseLock(completed)
    }),
  )
  repo.git("update-ref", broken.ref, repo.git("rev-parse", "main^{tree}"))
  const report = await ended
  expect(report.failed).toMatchObject([{ id: 1 }])
  expect(report.landed.map(({ id }) => id)).toContain(4)
  expect(report.waiting).toMatchObject([{ id: 5, held: true }, { id: 6 }])
})
