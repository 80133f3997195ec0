import { expect, test } from "vitest"
import { makeStage } from "../../support/engine.ts"

test("an agent that fails because its tree was removed is not asked to try harder", { timeout: 120_000 }, async () => {
  const yaml = `agents: { worker: { adapter: shell, command: ["sh", "-c", 'rm -rf "$PWD"; echo > notes.txt'] } }\n`
  const { run, events } = makeStage(yaml)
  const report = await run(["one"])
  expect(report.failed).toMatchObject([{ class: "environment" }])
  expect(report.failed[0]?.reason).toMatch(/^its tree .* was removed while it worked$/)
  expect(events().filter(({ type }) => type === "AttemptStarted")).toHaveLength(1)
})

test("an agent that waits at a prompt is not tried again, and what it asks is told", { timeout: 120_000 }, async () => {
  const asks = (words: string) => `{ adapter: shell, command: ["sh", "-c", 'printf "%s" "${words}"; sleep 100'] }`
  const yaml = `agents:\n  stdout: ${asks("Overwrite? [y/N] ")}\n  stderr: ${asks("Password: ").replace("; sleep", " >&2; sleep")}\nlimits: { idle: 2s }\n`
  const { run, events } = makeStage(yaml)
  const report = await run(["one:stdout", "two:stderr"])
  expect(report.failed.map(({ class: kind, reason }) => `${kind}: ${reason}`).toSorted()).toEqual([
    "plan: it waits for an answer: Overwrite? [y/N]",
    "plan: it waits for an answer: Password:",
  ])
  expect(events().filter(({ type }) => type === "AttemptStarted")).toHaveLength(2)
})
