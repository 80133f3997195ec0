import { expect, test } from "vitest"
import { makeStage } from "../../support/engine.ts"

const yaml = `
agents: { scribe: { adapter: shell, command: ["sh", "-c", "echo 1 > $OSIER_SLUG.txt"] } }
gates: { test: { run: ["sh", "check.sh"] } }
limits: { retries: 0 }
`
const check = { "check.sh": "if ! test -e mended.txt; then echo nothing is mended; exit 1; fi\n" }

test("a red target stops everything before the first agent, with the gate's last words", { timeout: 120_000 }, async () => {
  const { repo, run, events } = makeStage(yaml, check)
  await expect(run(["one"])).rejects.toMatchObject({ _tag: "TargetRed", exit: 3, lines: ["nothing is mended"] })
  expect(events().some(({ type }) => type === "AttemptStarted")).toBe(false)
  expect(repo.git("for-each-ref", "refs/heads")).not.toContain("task/")
})

test("where it is to be repaired, work goes on, and what fails as the target does says so", { timeout: 120_000 }, async () => {
  const { run, events } = makeStage(`${yaml}concurrency: 1\non_red_target: go\n`, check)
  const report = await run(["other", "mended"])
  expect(report.landed).toMatchObject([{ title: "mended" }])
  expect(report.failed).toMatchObject([{ title: "other", reason: "gate test: fail; the target fails this too" }])
  expect(events().find(({ type }) => type === "TargetJudged")).toMatchObject({ verdict: "fail" })
})
