import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, test } from "vitest"
import { inPool, telling, started } from "../../support/poolJobs.ts"
import { deeply } from "../../support/deeply.ts"

deeply("an adapter that doesn't listen is given up after ten seconds", { timeout: 40_000 }, async () => {
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

test("one that loops for ever freezes nobody, and is ended when it can't even hear that it is to stop", { timeout: 120_000 }, async () => {
  const program = Effect.gen(function* () {
    const { fiber } = yield* started("loops")
    const neighbours = yield* Effect.all([telling("good"), telling("hello", "shell", { command: ["cat"] })], { concurrency: "unbounded" })
    const before = performance.now()
    yield* Fiber.interrupt(fiber)
    return { ms: performance.now() - before, neighbours }
  })
  const { ms, neighbours } = await inPool(program)
  expect(neighbours.map(({ outcome }) => outcome?.ok)).toEqual([true, true])
  expect(ms).toBeLessThan(8000)
})
