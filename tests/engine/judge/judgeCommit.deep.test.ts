import { join } from "node:path"
import { expect, test } from "vitest"
import { makeStage } from "../../support/engine.ts"
import { makeFolder } from "../../support/repo.ts"

test("a gate that is red now and then is called flaky, and costs nobody an attempt", { timeout: 120_000 }, async () => {
  const count = join(makeFolder(), "count")
  const yaml = [
    `agents: { scribe: { adapter: shell, command: ["sh", "-c", "cat > $OSIER_SLUG.txt"] } }`,
    `gates: { test: { run: ["sh", "check.sh"] } }`,
    "concurrency: 1",
    "limits: { retries: 0 }\n",
  ].join("\n")
  const check = `n=$(cat ${count} 2>/dev/null || echo 0)\necho $((n + 1)) > ${count}\n[ $((n % 3)) -ne 0 ]\n`
  const { run, events } = makeStage(yaml, { "check.sh": check })
  const report = await run(["one", "two", "three"])
  expect(report.landed).toHaveLength(3)
  const judged = events().flatMap((event) => (event.type === "GateJudged" ? [event] : []))
  expect(judged.some(({ reason }) => reason?.startsWith("flaky: ") === true)).toBe(true)
  expect(events().filter(({ type }) => type === "AttemptFailed" || type === "Ejected")).toEqual([])
})
