import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import type { TaskDraft } from "../../../core/domain/event/command.ts"
import { liveControl } from "../../../core/engine/run/liveControl.ts"
import { listTasks } from "../../../core/steps/task/record.ts"
import { Control } from "../../../core/world/machine/control.ts"
import { makeStage } from "../../support/engine.ts"

test("what a program adds over the socket is checked as a plan is: all of it, or nothing", async () => {
  const stage = makeStage('agents: { idle: { adapter: shell, command: ["true"] } }\nagent: idle\n')
  const wrong: readonly (readonly [TaskDraft, string])[] = [
    [{ title: "Waits for nothing", needs: [99] }, "unknown need 99"],
    [{ title: "Whose", agent: "nobody" }, "unknown agent nobody"],
    [{ title: "Where", scope: ["../outside/**"] }, "the scope"],
    [{ title: "\u0007\u0000 " }, "without a title"],
    [{ title: "x".repeat(200_000) }, "too long: 200000 bytes"],
  ]
  const told = Effect.gen(function* () {
    const control = yield* Control
    for (const [draft, words] of wrong) {
      const answer = yield* Effect.result(control.add([{ title: "Fine" }, draft]))
      expect(answer).toMatchObject({ failure: { _tag: "ControlRefused", reason: expect.stringContaining(words) } })
    }
    expect(yield* listTasks()).toEqual([])
    expect(yield* control.add([{ title: "Ring \u001b]0;owned\u0007 the\nbell" }])).toEqual([1])
    return (yield* listTasks())[0]?.title
  })
  expect(await stage.act(Effect.provide(told, liveControl))).toMatch(/^Ring +]0;owned +the bell$/)
})
