import { expect, test } from "vitest"
import { codexReader } from "../../plugins/codex/codexReader.ts"

const exit = { code: 1, signal: null, stderr: "", stopped: false }
const error = (message: string) => ({ type: "error", message })

test("whatever codex says it waits for is told as a try of its own, with and without a count", () => {
  const reader = codexReader()
  reader.read({ type: "turn.started" })
  expect(reader.read(error("Reconnecting... waiting for network (no route to host)"))).toEqual([
    { type: "retrying", reason: "Reconnecting... waiting for network (no route to host)" },
  ])
  expect(reader.read(error("Reconnecting... 2/5"))).toEqual([{ type: "retrying", reason: "Reconnecting... 2/5", attempt: 2 }])
})

test("what it gave up after tries of its own is the provider's, in the session it began", () => {
  const reader = codexReader()
  reader.read({ type: "thread.started", thread_id: "t-1" })
  reader.read(error("Reconnecting... 5/5"))
  reader.read({ type: "turn.failed", error: { message: "stream disconnected before completion" } })
  expect(reader.end(exit, 0)).toMatchObject({ ok: false, class: "provider", session: "t-1" })
})
