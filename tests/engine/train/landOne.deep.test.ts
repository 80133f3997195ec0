import { expect, test } from "vitest"
import { makeStage } from "../../support/engine.ts"

test("a landing with an environment file waits for a look, one that removes tests is told", { timeout: 240_000 }, async () => {
  const yaml = `
agents:
  env: { adapter: shell, command: ["sh", "-c", "echo PORT=1 > .env.local"] }
  remover: { adapter: shell, command: ["sh", "-c", "rm tests/price.test.ts"] }
gates: { there: ["true"] }
`
  const { repo, run, events } = makeStage(yaml, { "tests/price.test.ts": "one\n", "tests/other.test.ts": "two\n" })
  const report = await run(["a:env", "b:remover"])
  expect(report.landed.map(({ id }) => id)).toEqual([2])
  expect(report.waiting).toMatchObject([{ id: 1, reason: "it brings environment files: .env.local" }])
  expect(report.exit).toBe(5)
  expect(repo.git("ls-tree", "-r", "--name-only", "main")).not.toContain(".env")
  expect(events()).toContainEqual(expect.objectContaining({ type: "Warned", task: 2, message: "it removes tests: tests/price.test.ts" }))
})
