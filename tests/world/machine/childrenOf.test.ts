import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { expect, onTestFinished, test } from "vitest"
import { childrenOf } from "../../../core/world/machine/childrenOf.ts"

test.runIf(process.platform === "linux")("a process that was started and has not ended is found, with its words and age", async () => {
  const child = spawn("sleep", ["123.25"])
  onTestFinished(() => void child.kill())
  await once(child, "spawn")
  const found = await Effect.runPromise(childrenOf(process.pid))
  const own = found?.find(({ pid }) => pid === child.pid)
  expect(own?.command).toBe("sleep 123.25")
  expect(own?.ms).toBeLessThan(10_000)
  expect((await Effect.runPromise(childrenOf(child.pid ?? 0))) ?? []).toEqual([])
})
