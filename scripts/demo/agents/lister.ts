/** Stands in for a model: adds a caller of the function that it found in the money package when it began. */
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"

const found = /export const (\w*[pP]rice\w*)/
const name = found.exec(readFileSync("packages/money/src/money.js", "utf8"))?.[1] ?? "formatPrice"
const evidence = process.env["OSIER_EVIDENCE"]
if (evidence !== undefined) console.log(`Last time: ${readFileSync(evidence, "utf8").split("\n")[0]}`)
console.log(`The money package offers ${name}.`)
writeFileSync(join(import.meta.dirname, "lister.began"), "")

// A slow thinker: meanwhile main moves on, and it can't know. Never longer than 90 s, so that the demo ends in any case.
const onMain = () => spawnSync("git", ["show", "main:packages/money/src/money.js"], { encoding: "utf8" }).stdout
for (let waited = 0; evidence === undefined && onMain().includes(name) && waited < 90_000; waited += 200) {
  if (waited % 2000 === 0) console.log("Thinking about the layout of the list …")
  await pause(200)
}

mkdirSync("packages/stock/src", { recursive: true })
writeFileSync(
  "packages/stock/src/priceList.js",
  `import { ${name} } from "../../money/src/money.js"

/** The products in stock with their prices, one a line. */
export const priceList = (items) =>
  items
    .filter((item) => item.stock > 0)
    .map((item) => \`\${item.name}  \${${name}(item.cents)}\`)
    .join("\\n")
`,
)
writeFileSync(
  "packages/stock/test/priceList.test.js",
  `import assert from "node:assert/strict"
import test from "node:test"
import { priceList } from "../src/priceList.js"

test("only what is there", () => assert.equal(priceList([{ name: "Tea", cents: 350, stock: 2 }, { name: "Jam", cents: 1, stock: 0 }]), "Tea  3.50 €"))
`,
)
console.log(`Wrote packages/stock/src/priceList.js with ${name}`)
