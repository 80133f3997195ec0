import { expect, test } from "vitest"
import { knockForLong } from "../support/edgeFuzz.ts"

const budgetMs = 60_000

test("whatever is sent to the port for a minute, the server serves on", { timeout: 3 * budgetMs }, async () => {
  expect(await knockForLong(budgetMs)).toBeGreaterThan(0)
})
