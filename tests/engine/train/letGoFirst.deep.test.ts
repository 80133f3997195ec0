import { expect, test } from "vitest"
import { makeStage } from "../../support/engine.ts"

test("five tasks that all change one file land, though none may fail by its own work", { timeout: 240_000 }, async () => {
  const yaml = `
agents:
  writer: { adapter: shell, command: ["sh", "-c", "sleep 0.$((5 - OSIER_TASK)); { cat list.txt; echo $OSIER_TASK; } > new && mv new list.txt"] }
agent: writer
concurrency: 5
gates: { there: ["sh", "-c", "test -s list.txt"] }
limits: { retries: 0 }
`
  const { repo, run, events } = makeStage(yaml, { "list.txt": "0\n" })
  const report = await run(["a", "b", "c", "d", "e"])
  expect(report.failed).toEqual([])
  expect(report.landed).toHaveLength(5)
  expect(repo.git("show", "main:list.txt").split("\n").toSorted()).toEqual(["0", "1", "2", "3", "4", "5"])
  for (const id of [1, 2, 3, 4, 5])
    expect(events().filter((event) => event.type === "Conflicted" && event.task === id).length).toBeLessThanOrEqual(1)
})
