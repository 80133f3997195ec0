import { expect, test } from "vitest"
import { settingsDraft } from "../../../core/domain/settings/settingsDraft.ts"
import { resolveSettings } from "../../../core/domain/settings/settingsFile.ts"
import { findProject } from "../../../core/steps/given/findProject.ts"
import { adapters } from "../../../plugins/index.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const tested = (name: string) => JSON.stringify({ name, scripts: { test: "node --test" } })

/** What is proposed: gates as `name: command`, set-up as `command < input`. The draft is always an osier.yaml without a mistake. */
const proposed = async (files: Readonly<Record<string, string>>) => {
  const project = await inWorld(makeRepo(files).path, findProject())
  const draft = settingsDraft(project, ["claude"])
  expect(resolveSettings({ fileText: draft, path: "osier.yaml", adapters }).problems).toEqual([])
  return {
    gates: project.gates.map(({ name, run }) => `${name}: ${run}`),
    setup: project.setup.map(({ run, when }) => `${run} < ${when}`),
    draft,
  }
}

test("a workspace of npm: a gate for each member that is tested, with its scope, and a set-up without lock file", async () => {
  const root = JSON.stringify({ workspaces: ["packages/*", "!packages/old"], scripts: { test: "npm test --workspaces" } })
  const { gates, setup, draft } = await proposed({
    "package.json": root,
    "packages/api/package.json": tested("@shop/api"),
    "packages/web/package.json": tested("@shop/web"),
    "packages/old/package.json": tested("@shop/old"),
    "packages/docs/package.json": "{}",
    "elsewhere/package.json": tested("no-member"),
  })
  expect(gates).toEqual(["api: npm test --workspace packages/api", "web: npm test --workspace packages/web"])
  expect(setup).toEqual(["npm install --no-audit --no-fund < package.json"])
  expect(draft).toContain('# scope ["packages/api/**"], found by packages/api/package.json')
})

test("the root's own tests are a gate too, where they are more than those of the members", async () => {
  const root = JSON.stringify({ workspaces: { packages: ["a"] }, scripts: { test: "vitest run" } })
  const { gates, setup } = await proposed({ "package.json": root, "yarn.lock": "# yarn lockfile v1\n", "a/package.json": tested("@x/a") })
  expect(gates).toEqual(["test: yarn test", "a: yarn workspace @x/a test"])
  expect(setup).toEqual(["yarn install --frozen-lockfile < yarn.lock"])
})

test("workspaces of pnpm, cargo and Go", async () => {
  const pnpm = await proposed({
    "package.json": "{}",
    "pnpm-workspace.yaml": 'packages:\n  - "apps/**"\n',
    "apps/one/package.json": tested("one"),
    "apps/in/two/package.json": tested("two"),
  })
  expect(pnpm.gates).toEqual(["two: pnpm --filter ./apps/in/two test", "one: pnpm --filter ./apps/one test"])
  expect(pnpm.setup).toEqual(["pnpm install < package.json"])
  const cargo = await proposed({
    "Cargo.toml": '[workspace]\nmembers = [\n  "crates/*",\n]\nexclude = ["crates/old"]\n\n[profile.release]\n',
    "crates/core/Cargo.toml": '[package]\nname = "shop-core"\n',
    "crates/old/Cargo.toml": '[package]\nname = "old"\n',
  })
  expect(cargo.gates).toEqual(["core: cargo test -p shop-core"])
  const go = await proposed({ "go.work": "go 1.24\n\nuse (\n\t./api // the API\n\t./web\n)\n", "api/go.mod": "", "web/go.mod": "" })
  expect(go.gates).toEqual(["api: go test ./api/...", "web: go test ./web/..."])
})

test("members of one name have gates of different names, and many of them are told, not all proposed", async () => {
  const members = Array.from({ length: 14 }, (_, n) => [`p/${n % 2 === 0 ? "x" : "y"}${n}/lib/package.json`, tested(`l${n}`)])
  const { gates, draft } = await proposed({ "package.json": '{ "workspaces": ["p/*/lib"] }', ...Object.fromEntries(members) })
  expect(gates).toHaveLength(12)
  expect(new Set(gates.map((gate) => gate.split(":")[0])).size).toBe(12)
  expect(draft).toMatch(/have no gate here: p\/y\d+\/lib\/\*\*, /)
})

test.each([
  [
    { "package.json": '{ "scripts": { "test": "node --test" }, "devDependencies": { "x": "1" } }' },
    "npm install --no-audit --no-fund < package.json",
  ],
  [{ "package.json": '{ "packageManager": "pnpm@9.1.0", "dependencies": { "x": "1" } }' }, "pnpm install < package.json"],
  [{ "package.json": "{}", "npm-shrinkwrap.json": "{}" }, "npm ci < npm-shrinkwrap.json"],
  [{ "package.json": '{ "scripts": { "test": "node --test" } }' }, undefined],
])("%j is set up by %s", async (files, setup) => {
  const found = await proposed(files)
  expect(found.setup).toEqual(setup === undefined ? [] : [setup])
})

const npm = { "package.json": tested("x"), "package-lock.json": "{}" }
const cargo = { "Cargo.toml": '[package]\nname = "x"\n', "src/lib.rs": "" }

test.each([
  ["npm with lock", npm, ["test: npm test"], ["npm ci < package-lock.json"]],
  ["Python", { "pyproject.toml": '[project]\nname = "x"\n[tool.pytest.ini_options]\n' }, ["test: python3 -m pytest -q"], []],
  ["Go", { "go.mod": "module x\n" }, ["test: go test ./..."], []],
  ["Rust", cargo, ["test: cargo test"], []],
  ["a Makefile", { Makefile: "test:\n\ttrue\nlint:\n\ttrue\n" }, ["test: make test"], []],
  ["two languages", { ...npm, ...cargo }, ["test: npm test", "cargo: cargo test"], ["npm ci < package-lock.json"]],
])("what is proposed for %s", async (_, files, gates, setup) => {
  const found = await proposed(files)
  expect(found.gates).toEqual(gates)
  expect(found.setup).toEqual(setup)
})
