import { expect, test } from "vitest"
import { makeStage } from "../support/engine.ts"

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

test("what the user does meanwhile is told and left alone, and holds only work on the same files", { timeout: 60_000 }, async () => {
  // The agent stands in for the user: it writes into the checkout with nothing that would be evidence of it.
  const yaml = `agents:
  quiet: { adapter: shell, command: ["sh", "-c", "echo mine >> ../../repo/user.txt; echo 1 > other.txt"] }
  clash: { adapter: shell, command: ["sh", "-c", "echo mine >> ../../repo/shared.txt; echo 2 > shared.txt"] }
${gates}`
  const { repo, run, events } = makeStage(yaml, { ...check, "shared.txt": "0\n" })
  const quiet = await run(["quiet:quiet"])
  expect(quiet.landed).toHaveLength(1)
  expect(events().find((event) => event.type === "ChangedOutside")).toMatchObject({ attributed: false, what: ["checkout user.txt"] })
  const clash = await run(["clash:clash"])
  expect(clash.waiting[0]?.reason).toContain("shared.txt")
  expect(clash.exit).toBe(5)
  expect(repo.git("show", "main:shared.txt")).toBe("0")
  expect(repo.git("status", "--porcelain").split("\n").toSorted()).toEqual([" M shared.txt", "?? user.txt"])
})
