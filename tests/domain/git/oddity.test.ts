import { expect, test } from "vitest"
import { oddities, tellOddities, testGlobs } from "../../../core/domain/git/oddity.ts"

test.each([
  ["added", ".env", 1, "env"],
  ["changed", "app/.env.production", 1, "env"],
  ["added", ".env.example", 1, undefined],
  ["added", "deploy/server.pem", 1, "keys"],
  ["added", "home/.ssh/id_ed25519", 1, "keys"],
  ["added", "id_ed25519.pub", 1, undefined],
  ["removed", "tests/price.test.ts", 0, "tests"],
  ["removed", "src/price_test.go", 0, "tests"],
  ["removed", "pkg/test_price.py", 0, "tests"],
  ["removed", "src/PriceTest.java", 0, "tests"],
  ["removed", "src/latest.ts", 0, undefined],
  ["removed", ".env", 0, undefined],
  ["added", "core.1234", 20_000_000, "binaries"],
  ["changed", "core.1234", 20_000_000, undefined],
  ["added", "web/node_modules/left-pad/index.js", 1, "dependencies"],
  ["added", "py/__pycache__/a.pyc", 1, "dependencies"],
  ["added", "docs/environment.md", 1, undefined],
] as const)("%s %s is told as %s %s", (how, path, size, kind) => {
  expect(oddities([{ how, path, size }])).toEqual(kind === undefined ? [] : [{ kind, path }])
})

test("a folder of dependencies is told once, with some names", () => {
  const many = Array.from({ length: 400 }, (_, n) => ({ how: "added", path: `node_modules/p${n}/index.js`, size: 1 }) as const)
  expect(tellOddities(oddities(many))).toBe(
    "it brings installed dependencies: node_modules/p0/index.js, node_modules/p1/index.js, node_modules/p2/index.js and 397 more",
  )
})

test("tests are named by their folders, or by how their names end", () => {
  const paths = [
    "tests/a.ts",
    "tests/deep/b.ts",
    "web/__tests__/c.js",
    "src/d.test.ts",
    "src/e.test.ts",
    "f_test.go",
    "pkg/test_g.py",
    "src/h.ts",
  ]
  expect(testGlobs(paths)).toEqual(["tests/**", "web/__tests__/**", "**/*.test.ts", "**/*_test.go", "**/test_*.py"])
})
