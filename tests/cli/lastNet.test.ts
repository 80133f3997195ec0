import { EventEmitter } from "node:events"
import { expect, test } from "vitest"
import { lastNet } from "../../core/cli/lastNet.ts"

test("what escapes into the process is heard once, whatever follows from it", () => {
  const process = new EventEmitter()
  const caught: unknown[] = []
  const takeAway = lastNet((cause) => void caught.push(cause), process)
  process.emit("unhandledRejection", "first")
  process.emit("uncaughtException", "second")
  expect(caught).toEqual(["first"])
  takeAway()
  expect(process.eventNames()).toEqual([])
})
