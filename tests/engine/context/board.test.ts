import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import type { EventBody } from "../../../core/domain/event/event.ts"
import { Board } from "../../../core/engine/context/board.ts"
import { Journal } from "../../../core/world/journal/journal.ts"

test("a task that is held waits for a person, and is told of once a reason", async () => {
  const told: EventBody[] = []
  const append = (event: EventBody | readonly EventBody[]) => Effect.sync(() => void told.push(...[event].flat()))
  const world = Board.layer.pipe(Layer.provide(Layer.mock(Journal)({ run: "r", append })))
  const waits = await Effect.runPromise(
    Effect.gen(function* () {
      const board = yield* Board
      yield* board.hold(1, "asks: why?", "osier answer 1")
      yield* board.hold(1, "asks: why?", "osier answer 1")
      yield* board.hold(2, "the target is red", "mend it", { ends: "files" })
      yield* board.hold(2, "its paths", "look", { paths: ["a", "b"], review: true })
      return [...board.waits()]
    }).pipe(Effect.provide(world)),
  )
  expect(waits).toEqual([
    [1, { reason: "asks: why?", hint: "osier answer 1", ends: "person" }],
    [2, { reason: "its paths", hint: "look", ends: "person", review: true }],
  ])
  expect(told).toEqual([
    { type: "TaskHeld", task: 1, reason: "asks: why?", paths: [], hint: "osier answer 1" },
    { type: "TaskHeld", task: 2, reason: "the target is red", paths: [], hint: "mend it" },
    { type: "TaskHeld", task: 2, reason: "its paths", paths: ["a", "b"], hint: "look" },
  ])
})
