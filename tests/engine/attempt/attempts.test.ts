import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as TestClock from "effect/testing/TestClock"
import { expect, test } from "vitest"
import { parseArguments } from "../../../core/domain/plan/plan.ts"
import { attempts, isCounted } from "../../../core/engine/attempt/attempts.ts"
import { AttemptLost } from "../../../core/engine/context/attemptLost.ts"
import { Board } from "../../../core/engine/context/board.ts"
import { Drain } from "../../../core/engine/context/drain.ts"
import { Holds } from "../../../core/engine/context/holds.ts"
import { holding } from "../../../core/engine/context/holding.ts"
import { transition } from "../../../core/engine/context/transition.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { readTask } from "../../../core/steps/task/record.ts"
import { makeStage } from "../../support/engine.ts"

const known = { agents: ["scribe"], adapters: [], gates: [] }
const yaml = "agents: { scribe: { adapter: shell, command: [x] } }\nlimits: { retries: 1 }\n"

/** Attempts at one task, each of which comes to what the script says. While it rests, Ctrl-C is typed, or hours go by. */
const played = (script: readonly AttemptLost[], meanwhile: "Ctrl-C" | "hours go by") =>
  makeStage(yaml).act(
    Effect.gen(function* () {
      const [board, drain, holds] = [yield* Board, yield* Drain, yield* Holds]
      const [added] = yield* addTasks(parseArguments(["one"], known).tasks, { again: "new" })
      const id = added?.id ?? 0
      const tries: (readonly [number, string | undefined])[] = []
      const one = (_: unknown, n: number, told: string | undefined) =>
        Effect.sync(() => (tries.push([n, told]), script[tries.length - 1] ?? "done"))
      const resting: (string | undefined)[] = []
      const look = Effect.gen(function* () {
        while (!board.waits().has(id)) yield* board.rung
        resting.push((yield* readTask(id)).task.reason)
        yield* meanwhile === "Ctrl-C" ? drain.request("Ctrl-C") : TestClock.adjust("2 hours")
      })
      const exit = yield* holding("task", String(id), (held) =>
        Effect.gen(function* () {
          const task = yield* transition(held, (old) => ({ ...old, status: "running" }), [])
          yield* Effect.forkChild(look)
          return yield* attempts(held, task, undefined, one, (rest) => rest)
        }).pipe(Effect.provide(TestClock.layer())),
      ).pipe(Effect.exit)
      const { task } = yield* readTask(id)
      return { exit, tries, resting, task, hold: yield* holds.of("scribe"), waits: board.waits().size }
    }),
  )

const refused = new AttemptLost({ class: "provider", reason: "usage limit reached", notBefore: 60_000, session: "s-1" })

test("Ctrl-C ends a rest for a provider: no attempt follows, and the record says what it waits for", async () => {
  const { exit, tries, resting, task, waits } = await played([refused, refused], "Ctrl-C")
  expect(tries).toHaveLength(1)
  expect(Exit.isFailure(exit)).toBe(true)
  expect(resting).toEqual([expect.stringMatching(/^waits for the provider until \d{4}-.*Z: usage limit reached$/)])
  expect(task).toMatchObject({ status: "pending", reason: resting[0], attempts: [{ n: 1, outcome: "provider", session: "s-1" }] })
  expect(waits).toBe(0)
})

test("a rest that is over stands in the record no more, and the same attempt goes on", async () => {
  const { exit, tries, resting, task, waits } = await played([refused], "hours go by")
  expect(exit).toEqual(Exit.succeed("done"))
  expect(tries.map(([n]) => n)).toEqual([1, 1])
  expect(resting[0]).toContain("waits for the provider until")
  expect(task.reason).toBeUndefined()
  expect(task).toMatchObject({ status: "running", attempts: [{ n: 1, outcome: "open", session: "s-1" }] })
  expect(waits).toBe(0)
})

test.each([
  ["500 Internal Server Error", undefined, true],
  ["fetch failed", undefined, true],
  ["fetch failed", 60_000, false],
  ["You've hit your usage limit.", undefined, false],
  ["429 Too Many Requests", undefined, false],
])("of refusals as %j (free again: %s) there may be only so many: %s", (reason, at, counted) =>
  expect(isCounted({ reason, ...(at === undefined ? {} : { notBefore: at }) })).toBe(counted),
)

test("a crash is repeated once without a charge, and condemns no agent; the next one is charged", async () => {
  const crash = new AttemptLost({ class: "crash", reason: "killed by SIGKILL", session: "s-1" })
  const work = new AttemptLost({ class: "work", reason: "gate test: fail", evidence: "red" })
  const { exit, tries, hold } = await played([crash, work], "Ctrl-C")
  expect(exit).toEqual(Exit.succeed("done"))
  expect(tries).toEqual([
    [1, undefined],
    [2, "killed by SIGKILL"],
    [3, "red"],
  ])
  expect(hold).toBeUndefined()
})
