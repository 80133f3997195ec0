import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { expect, test } from "vitest"
import { parseArguments } from "../../../core/domain/plan/plan.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { run } from "../../../core/engine/run/run.ts"
import { releaseLock, takeLock } from "../../../core/steps/lock/lock.ts"
import { changeTask } from "../../../core/steps/task/record.ts"
import { RunIdentity } from "../../../core/world/git/runIdentity.ts"
import { makeStage } from "../../support/engine.ts"
import { check, scribe } from "../../support/scribe.ts"

const known = { agents: ["scribe"], adapters: [], gates: ["test"] }

/** Two tasks: the first was done by another run, which lives and has yet to land it. */
const twoRuns = Effect.gen(function* () {
  yield* addTasks(parseArguments(["theirs", "ours"], known).tasks, { again: "new" })
  const { owner } = yield* RunIdentity
  yield* changeTask(1, (task) => ({ ...task, status: "running" }), {})
  yield* changeTask(1, (task) => ({ ...task, status: "completed" }), {})
  return yield* takeLock("task", "1", { owner: { ...owner, run: "theirs" } })
})

test("work that another run had done earlier lands first, and only for a moment is it waited for", { timeout: 120_000 }, async () => {
  const { act, events, repo } = makeStage(scribe, check)
  const [waited, landed] = ["TaskWaited", "Landed"].map((type) => () => events().filter((event) => event.type === type))
  await act(
    Effect.gen(function* () {
      const theirs = yield* twoRuns
      const told = Effect.suspend(() =>
        waited?.().some((event) => "task" in event && event.task === 2) ? Effect.void : Effect.fail("not yet"),
      )
      const withdrawn = Effect.gen(function* () {
        yield* Effect.retry(told, Schedule.spaced("20 millis"))
        expect(landed?.()).toEqual([])
        yield* releaseLock(theirs)
      })
      yield* Effect.all([run({ ids: [2] }), withdrawn], { concurrency: "unbounded" })
    }),
  )
  expect(waited?.()).toMatchObject([{ task: 2, reason: "lets task 1 land first, which another run had done earlier" }])
  expect(repo.git("show", "main:notes/ours.md")).toContain("ours")
})
