import { expect, test } from "vitest"
import { isBinary, oddities, tellOddities, testGlobs } from "../../../core/domain/git/oddity.ts"

test.each([
  ["added", ".env", 1, "env"],
  ["changed", "app/.env.production", 1, "env"],
  ["added", ".env.example", 1, undefined],
  ["added", "deploy/prod.env", 1, "env"],
  ["added", "deploy/example.env", 1, undefined],
  ["added", ".dev.vars", 1, "env"],
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
  ["added", "vendor/own/readme.md", 1, undefined],
  ["added", "src/target/page.ts", 1, undefined],
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

const kindsOf = (...changes: Parameters<typeof oddities>[0]) => oddities(changes).map(({ kind, path }) => `${kind} ${path}`)

test("a folder that others use for their own is one of dependencies where a file in it says so", () => {
  const added = (path: string) => ({ how: "added", path, size: 1 }) as const
  expect(kindsOf(added("vendor/modules.txt"), added("vendor/x/y.go"), added("a/vendor/z.go"))).toEqual([
    "dependencies vendor/modules.txt",
    "dependencies vendor/x/y.go",
  ])
  expect(kindsOf(added("api/target/debug/app"), added("api/target/x"), added("api/src/x"))).toEqual([
    "dependencies api/target/debug/app",
    "dependencies api/target/x",
  ])
  expect(kindsOf(added("env/pyvenv.cfg"), added("env/lib/x.py"), added("app/env/x.py"))).toHaveLength(2)
})

test("a test that is moved out of the tests, or emptied, is a removed one", () => {
  const changed = { how: "changed", size: 900, before: 1000 } as const
  expect(kindsOf({ ...changed, from: "tests/a.ts", path: "old/a.txt" })).toEqual(["tests tests/a.ts"])
  expect(kindsOf({ ...changed, from: "tests/a.ts", path: "spec/a.ts" })).toEqual([])
  expect(kindsOf({ ...changed, path: "tests/a.ts" }, { ...changed, path: "tests/b.ts", size: 0 })).toEqual(["tests tests/b.ts"])
})

test("what is no text is large sooner, unless it is a picture; what was large before brings nothing new", () => {
  const binary = { how: "added", size: 600_000, binary: true } as const
  expect(kindsOf({ ...binary, path: "core" }, { ...binary, path: "logo.png" }, { ...binary, path: "words", binary: false })).toEqual([
    "binaries core",
  ])
  expect(
    kindsOf({ ...binary, how: "changed", before: 10, path: "core" }, { ...binary, how: "changed", before: 599_000, path: "more" }),
  ).toEqual(["binaries core"])
  expect(isBinary(Buffer.from("a\0b"))).toBe(true)
  expect(isBinary(Buffer.from("größer"))).toBe(false)
  expect(isBinary(Buffer.from("\uFEFFa", "utf16le"))).toBe(false)
})
