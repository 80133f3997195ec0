import { expect, test } from "vitest"
import { makeStage } from "../../support/engine.ts"

const gates = `gates: { test: { run: ["sh", "check.sh"] } }\nlimits: { retries: 0 }\n`
const check = { "check.sh": "true\n" }

test("what the user does meanwhile is told and left alone, and holds only work on the same files", { timeout: 120_000 }, async () => {
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
