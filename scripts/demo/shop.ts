import { execFile } from "node:child_process"
import { cp, mkdir, readFile, writeFile } from "node:fs/promises"
import { delimiter, dirname, join } from "node:path"
import { promisify } from "node:util"

const exec = promisify(execFile)

const leadsAway = (name: string): boolean => name.startsWith("GIT_") && !/^GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)$/.test(name)

/**
 * The environment of everything the demo starts: the variables of an outer git (a hook's, say) would lead it into another
 * repository, and agents and tests call `node`, which is to be the one that runs this.
 */
export const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !leadsAway(name))),
  PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`,
}

/** What a git command prints, without the last line end. */
export const git = async (folder: string, ...args: readonly string[]): Promise<string> => {
  const { stdout } = await exec("git", ["-C", folder, ...args], { env: environment, maxBuffer: 64 * 1024 * 1024 })
  return stdout.replace(/\n$/, "")
}

/** The gate of the shop: its tests, in one process, which is a second faster than a process for each file. */
export const gate = ["node", "--test", "--test-isolation=none"] as const

/** Everything the demo makes: a folder with a repository, the scripted agents and the plan beside it. */
export interface Shop {
  readonly folder: string
  readonly repository: string
  readonly plan: string
}

/** The user is in the middle of something; both must be there afterwards, byte for byte. */
export const inHand: Readonly<Record<string, string>> = {
  "README.md": "# The corner shop\n\nHalf a sentence that its owner is just writ",
  "notes.txt": "buy string\n",
}

const products = ["Tea", "Jam", "Soap", "Bread", "Honey", "Candle", "Pencil", "Rope", "Lemon", "Salt", "Basket", "Broom"]
const places = ["from the hills", "from the coast", "large", "small"]
const shelves = 5

const itemFiles = (): readonly (readonly [string, string])[] =>
  products.flatMap((product, p) =>
    places.flatMap((place, q) =>
      Array.from({ length: shelves }, (_, shelf): readonly [string, string] => {
        const sku = `${product.toLowerCase()}-${q + 1}${shelf + 1}`
        const item = { sku, name: `${product} ${place}`, cents: 150 + 70 * p + 45 * q + 5 * shelf, stock: (p * 7 + q * 3 + shelf) % 9 }
        return [`packages/catalog/items/${sku}.json`, `${JSON.stringify(item, undefined, 2)}\n`]
      }),
    ),
  )

const test = (name: string, imports: string, ...cases: readonly string[]): readonly [string, string] => [
  name,
  `import assert from "node:assert/strict"\nimport test from "node:test"\n${imports}\n\n${cases.join("\n")}\n`,
]

const sources: readonly (readonly [string, string])[] = [
  [
    "packages/money/src/money.js",
    `/** Cents as a price to read. */
export const formatPrice = (cents) => \`\${Math.floor(cents / 100)}.\${String(cents % 100).padStart(2, "0")} €\`
`,
  ],
  test(
    "packages/money/test/money.test.js",
    'import { formatPrice } from "../src/money.js"',
    'test("euros and cents", () => assert.equal(formatPrice(1205), "12.05 €"))',
  ),
  [
    "packages/catalog/src/catalog.js",
    `import { readdirSync, readFileSync } from "node:fs"

const folder = new URL("../items/", import.meta.url)

/** Every product of the shop. */
export const items = () =>
  readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")))
`,
  ],
  test(
    "packages/catalog/test/catalog.test.js",
    'import { items } from "../src/catalog.js"',
    `test("as many as there are", () => assert.equal(items().length, ${products.length * places.length * shelves}))`,
    'test("each has a price", () => assert.ok(items().every((item) => item.cents > 0)))',
    'test("no number twice", () => assert.equal(new Set(items().map((item) => item.sku)).size, items().length))',
  ),
  [
    "packages/cart/src/cart.js",
    "/** What a cart costs, in cents. */\nexport const total = (cart) => cart.lines.reduce((sum, line) => sum + line.cents * line.count, 0)\n",
  ],
  [
    "packages/cart/src/receipt.js",
    `import { formatPrice } from "../../money/src/money.js"
import { total } from "./cart.js"

/** The last line of a receipt. */
export const totalLine = (cart) => \`Total \${formatPrice(total(cart))}\`
`,
  ],
  test(
    "packages/cart/test/receipt.test.js",
    'import { totalLine } from "../src/receipt.js"',
    'test("the sum", () => assert.equal(totalLine({ lines: [{ cents: 250, count: 3 }] }), "Total 7.50 €"))',
  ),
  [
    "packages/mail/src/order.js",
    `import { formatPrice } from "../../money/src/money.js"

/** The first line of an order's mail. */
export const ordered = (count, cents) => \`You ordered \${count} products for \${formatPrice(cents)}.\`
`,
  ],
  test(
    "packages/mail/test/order.test.js",
    'import { ordered } from "../src/order.js"',
    'test("what and how much", () => assert.equal(ordered(2, 999), "You ordered 2 products for 9.99 €."))',
  ),
  [
    "packages/stock/src/stock.js",
    "/** The products that run out. */\nexport const low = (items, least) => items.filter((item) => item.stock < least)\n",
  ],
  test(
    "packages/stock/test/stock.test.js",
    'import { items } from "../../catalog/src/catalog.js"\nimport { low } from "../src/stock.js"',
    'test("some run out, not all", () => assert.ok(low(items(), 2).length > 0 && low(items(), 2).length < items().length))',
  ),
  ["packages/report/src/report.js", "/** A line of a report. */\nexport const line = (name, value) => `${name}: ${value}`\n"],
  test(
    "packages/report/test/report.test.js",
    'import { line } from "../src/report.js"',
    'test("name and value", () => assert.equal(line("sold", 3), "sold: 3"))',
  ),
]

const settings = (agents: string): string => {
  const agent = (name: string) => `  ${name}: { adapter: shell, command: ["node", ${JSON.stringify(join(agents, `${name}.ts`))}] }`
  return `# Scripts stand in for models here; a real agent is one line: { adapter: claude, model: opus }
target: main
merge: merge               # one merge commit a task, so that the graph shows what was woven
agents:
${["builder", "renamer", "lister", "dreamer"].map(agent).join("\n")}
agent: builder
gates:
  test: { run: ${JSON.stringify(gate)}, timeout: 1m }
limits: { attempt: 3m, retries: 1 }
`
}

/** Makes the repository with its first commit, and leaves the user's unfinished edits in its checkout. */
export const makeShop = async (folder: string): Promise<Shop> => {
  const [repository, agents, plan] = [join(folder, "shop"), join(folder, "agents"), join(folder, "plan.yaml")]
  await cp(join(import.meta.dirname, "agents"), agents, { recursive: true })
  await writeFile(join(agents, "package.json"), '{ "type": "module" }\n')
  await writeFile(plan, await readFile(join(import.meta.dirname, "plan.yaml")))
  const packages = [...new Set(sources.map(([path]) => path.split("/")[1] ?? ""))]
  const files: readonly (readonly [string, string])[] = [
    ["README.md", "# The corner shop\n\nTests: `npm test`\n"],
    [".gitignore", "*.log\n"],
    ["package.json", `{ "name": "corner-shop", "private": true, "type": "module", "scripts": { "test": "${gate.join(" ")}" } }\n`],
    ["osier.yaml", settings(agents)],
    ...packages.map((name) => [`packages/${name}/package.json`, `{ "name": "${name}", "private": true, "type": "module" }\n`] as const),
    ...sources,
    ...itemFiles(),
  ]
  for (const [path, content] of files) {
    await mkdir(dirname(join(repository, path)), { recursive: true })
    await writeFile(join(repository, path), content)
  }
  await git(folder, "init", "--quiet", "--template=", "--initial-branch=main", repository)
  // The reader's own configuration (signing, hooks, line ends) has no say in a throw-away repository.
  const own = { "user.name": "Shop Owner", "user.email": "owner@example.com", "commit.gpgsign": "false", "core.autocrlf": "false" }
  for (const [key, value] of Object.entries({ ...own, "core.hooksPath": ".git/hooks", "gc.auto": "0" }))
    await git(repository, "config", key, value)
  await git(repository, "add", "--all")
  await git(repository, "commit", "--quiet", "--message", "feat: open the corner shop")
  for (const [path, content] of Object.entries(inHand)) await writeFile(join(repository, path), content)
  return { folder, repository, plan }
}
