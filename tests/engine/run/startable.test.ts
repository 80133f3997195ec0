import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { parseArguments } from "../../../core/domain/plan/plan.ts"
import { addTasks } from "../../../core/engine/tasks/addTasks.ts"
import { Board } from "../../../core/engine/context/board.ts"
import { endWaits } from "../../../core/engine/run/endWaits.ts"
import { Fleet } from "../../../core/engine/context/fleet.ts"
import { startable } from "../../../core/engine/run/startable.ts"
import { readTask } from "../../../core/steps/task/record.ts"
import { releaseLock, takeLock } from "../../../core/steps/lock/lock.ts"
import { makeStage } from "../../support/engine.ts"

test("finished work that another lands is not asked for again and again, only when its owner has let go", async () => {
  const stage = makeStage(`agents: { a: { adapter: shell, command: ["true"] } }\nagent: a\n`)
  const seen = await stage.act(
    Effect.gen(function* () {
      yield* addTasks(parseArguments(["one"], { agents: ["a"], adapters: [], gates: [] }).tasks, { again: "new" })
      const board = yield* Board
      const { mine } = yield* Fleet
      mine.add(1)
      yield* board.put({ ...(yield* readTask(1)).task, status: "completed", tip: stage.repo.git("rev-parse", "HEAD") })
      const held = yield* takeLock("task", "1")
      yield* board.wait(1, { reason: "held", hint: "wait", ends: "owner" })
      const look = Effect.andThen(endWaits(), startable([]))
      const before = yield* look
      yield* releaseLock(held)
      return [before, yield* look]
    }),
  )
  expect(seen).toEqual([[], [1]])
})
