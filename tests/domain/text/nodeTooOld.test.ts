import { expect, test } from "vitest"
import manifest from "../../../package.json" with { type: "json" }
import { nodeTooOld } from "../../../core/domain/text/nodeTooOld.ts"

test.each([
  ["20.20.2", ">=22.18", true],
  ["22.17.9", ">=22.18", true],
  ["22.18.0", ">=22.18", false],
  ["23.0.0", ">=22.18", false],
  ["26.3.0", ">=22.18", false],
])("Node %s of %s is too old: %s", (found, wanted, old) => {
  expect(nodeTooOld(found, wanted) !== undefined).toBe(old)
})

test("the range of package.json is one that it reads, and says what to do", () => {
  expect(manifest.engines.node).toMatch(/^>=\d+\.\d+$/)
  expect(nodeTooOld("20.20.2", manifest.engines.node)).toMatchObject({
    message: `osier needs Node ${manifest.engines.node} and this is 20.20.2`,
    hint: expect.stringContaining("newer Node"),
    exit: 3,
  })
})
