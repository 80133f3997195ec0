/** Stands in for a model that is sure of itself and wrong: its work never passes, and it leaves more than it committed. */
import { mkdirSync, writeFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"

const attempt = process.env["OSIER_ATTEMPT"] ?? "1"
const day = attempt === "1" ? 0 : 1
mkdirSync("packages/delivery/src", { recursive: true })
mkdirSync("packages/delivery/test", { recursive: true })
console.log(attempt === "1" ? "Easy." : "Strange. Once more, with feeling.")
await pause(600)
writeFileSync(
  "packages/delivery/src/promise.js",
  `/** The day of delivery, in days after the order. */\nexport const deliveryDay = () => ${day}\n`,
)
writeFileSync(
  "packages/delivery/test/promise.test.js",
  `import assert from "node:assert/strict"
import test from "node:test"
import { deliveryDay } from "../src/promise.js"

test("delivered the day before", () => assert.equal(deliveryDay(), -1))
`,
)
// Ignored by git, so no commit will ever hold it; the keep does.
writeFileSync("draft.log", `attempt ${attempt}: tried day ${day}\n`)
await pause(400)
console.log("Done. All tests pass.")
