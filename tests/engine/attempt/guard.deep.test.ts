import { expect, test } from "vitest"
import { makeStage } from "../../support/engine.ts"

test("what a failed attempt wrote in the checkout holds the next one's work on the same file", { timeout: 120_000 }, async () => {
  const first = "echo agent > ../../repo/shared.txt; echo bad > bad.txt"
  const yaml = `agents: { a: { adapter: shell, command: ["sh", "-c", "echo mine > shared.txt; if [ $OSIER_ATTEMPT = 1 ]; then ${first}; else rm -f bad.txt; fi"] } }
gates: { test: { run: ["sh", "check.sh"] } }
limits: { retries: 1 }
`
  const { repo, run, events } = makeStage(yaml, { "check.sh": "test ! -e bad.txt\n", "shared.txt": "0\n" })
  const report = await run(["one:a"])
  expect(events().filter(({ type }) => type === "AttemptFailed")).toHaveLength(1)
  expect([report.exit, report.waiting[0]?.reason]).toEqual([5, "this changed outside its tree while its agent worked: shared.txt"])
  expect(repo.git("show", "main:shared.txt")).toBe("0")
})
