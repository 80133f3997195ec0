import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, test } from "vitest"
import { inPool, telling, started } from "../support/poolJobs.ts"

test("an adapter that doesn't listen is given up after ten seconds", { timeout: 20_000 }, async () => {
  const program = Effect.gen(function* () {
    const { fiber } = yield* started("deaf")
    const before = performance.now()
    yield* Fiber.interrupt(fiber)
    const ms = performance.now() - before
    return { ms, after: yield* telling("good") }
  })
  const { ms, after } = await inPool(program)
  expect(ms).toBeGreaterThan(9000)
  expect(ms).toBeLessThan(13_000)
  expect(after.outcome?.ok).toBe(true)
})
