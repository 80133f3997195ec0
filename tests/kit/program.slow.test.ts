import { expect, test } from "vitest"
import { startProgram } from "../../core/kit/index.ts"
import { options } from "../support/programRun.ts"

test("a slow reader loses nothing, even when the program ended long ago", { timeout: 20_000 }, async () => {
  const program = startProgram(options("seq 1 60000"), new AbortController().signal)
  let count = 0
  let last = ""
  for await (const line of program.lines) {
    count += 1
    last = line
    // longer than the time after which an idle stream is cut
    if (count === 1) await new Promise((wake) => setTimeout(wake, 2500))
  }
  expect([count, last]).toEqual([60_000, "60000"])
})
