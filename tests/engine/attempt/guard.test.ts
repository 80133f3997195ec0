import { expect, test } from "vitest"
import { makeStage } from "../../support/engine.ts"

const gates = `gates: { test: { run: ["sh", "check.sh"] } }\nlimits: { retries: 0 }\n`
const check = { "check.sh": "true\n" }

test("an attempt that moves a ref that is not its own fails, and the ref is back where it was", { timeout: 60_000 }, async () => {
  const yaml = `agents: { meddler: { adapter: shell, command: ["sh", "-c", "echo 1 > a.txt; git add a.txt; git commit -qm wip; git branch -f precious HEAD; git tag stolen"] } }\n${gates}`
  const { repo, run, events } = makeStage(yaml, check)
  repo.git("branch", "precious")
  const before = repo.git("rev-parse", "precious")
  const report = await run(["meddle:meddler"])
  expect(report.landed).toEqual([])
  expect(report.failed[0]).toMatchObject({ class: "outside" })
  expect(repo.git("rev-parse", "precious")).toBe(before)
  expect(repo.git("tag")).toBe("")
  const told = events().find((event) => event.type === "ChangedOutside")
  expect(told).toMatchObject({ attributed: true })
  expect(repo.git("for-each-ref", "--format=%(refname)", "refs/osier/keep")).not.toBe("")
})
