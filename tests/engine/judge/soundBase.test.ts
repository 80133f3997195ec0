import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { expect, test } from "vitest"
import { Drain } from "../../../core/engine/context/drain.ts"
import { soundBase } from "../../../core/engine/judge/soundBase.ts"
import { targetTip } from "../../../core/engine/context/targetTip.ts"
import { TargetRed, TargetWatch } from "../../../core/engine/context/targetWatch.ts"
import { makeStage } from "../../support/engine.ts"

test("a task that waits for a red target ends with the run that drains, and does not look for ever", async () => {
  const stage = makeStage(`agents: { a: { adapter: shell, command: ["true"] } }\nagent: a\n`)
  const ended = await stage.act(
    Effect.gen(function* () {
      const watch = yield* TargetWatch
      const drain = yield* Drain
      const tip = yield* targetTip
      watch.at = tip
      watch.good = "0".repeat(40)
      watch.red.set(tip, new TargetRed({ target: "main", commit: tip, reason: "gate test: fail", lines: [], hint: "mend it" }))
      const waiting = yield* Effect.forkChild(soundBase(1), { startImmediately: true })
      yield* drain.request("one Ctrl-C")
      return yield* Effect.timeoutOption(Fiber.await(waiting), "5 seconds")
    }),
  )
  const exit = Option.getOrUndefined(ended)
  expect(exit !== undefined && Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)).toBe(true)
})
