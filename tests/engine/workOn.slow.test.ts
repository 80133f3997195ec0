import { expect, test } from "vitest"
import { makeStage } from "../support/engine.ts"

test("an agent that fails because its tree was removed is not asked to try harder", { timeout: 60_000 }, async () => {
  const yaml = `agents: { worker: { adapter: shell, command: ["sh", "-c", 'rm -rf "$PWD"; echo > notes.txt'] } }\n`
  const { run, events } = makeStage(yaml)
  const report = await run(["one"])
  expect(report.failed).toMatchObject([{ class: "environment" }])
  expect(report.failed[0]?.reason).toMatch(/^its tree .* was removed while it worked$/)
  expect(events().filter(({ type }) => type === "AttemptStarted")).toHaveLength(1)
})
