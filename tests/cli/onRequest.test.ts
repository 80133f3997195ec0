import * as Effect from "effect/Effect"
import { EventEmitter } from "node:events"
import { expect, test } from "vitest"
import { onRequest } from "../../core/cli/onRequest.ts"

test("each request is answered while the work is on, and none after it", async () => {
  const of = new EventEmitter()
  let answers = 0
  const answer = Effect.sync(() => void answers++)
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        yield* onRequest(answer, of)
        of.emit("SIGUSR1")
        of.emit("SIGUSR1")
        yield* Effect.sleep(0)
      }),
    ),
  )
  of.emit("SIGUSR1")
  expect(answers).toBe(2)
  expect(of.listenerCount("SIGUSR1")).toBe(0)
})
