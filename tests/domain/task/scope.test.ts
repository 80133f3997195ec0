import { describe, expect, it } from "vitest"
import { globFault, inScope, overlap, overlapReport } from "../../../core/domain/task/scope.ts"

describe("overlap", () => {
  it.each([
    ["src/comments/**", "src/**", true],
    ["src/comments/**", "src/login/**", false],
    ["src/comments/**", "**/*.md", true],
    ["src/*.ts", "src/a.ts", true],
    ["src/*.ts", "src/a.js", false],
    ["src/*.ts", "src/deep/a.ts", false],
    ["src/**/*.ts", "src/a.ts", true],
    ["src/{a,b}/**", "src/c/**", false],
    ["src/{a,b}/**", "src/b/x", true],
    ["docs", "docs/guide.md", true],
    ["docs/", "docs/guide.md", true],
    ["./docs/a.md", "docs/a.md", true],
    ["docs/a.md", "docs/b.md", false],
    ["docs/a.md", "docs/a.md.bak", false],
    ["a?c", "abc", true],
    ["a?c", "abd", false],
    ["a*c", "*b*", true],
    ["README.md", "readme.md", true],
    ["[ab].ts", "c.ts", true],
    [".", "anything", true],
    ["**", "a/b", true],
    ["a/**/z", "a/b/c/y", true],
    ["a/**/z", "a/b/c/y.ts", false],
    ["src/a.ts", "**/*.md", false],
    ["docs/v1.x/", "docs/v1.x/b", true],
    [".github", ".github/workflows/ci.yml", true],
  ])("of %s and %s is %s", (a, b, expected) => {
    expect(overlap([a], [b]) !== undefined).toBe(expected)
    expect(overlap([b], [a]) !== undefined).toBe(expected)
  })

  it("is never missed where a path lies in both", () => {
    let seed = 11
    const below = (limit: number): number => (seed = (seed * 48271) % 2147483647) % limit
    const pick = (from: readonly string[]): string => from[below(from.length)] ?? ""
    const piece = (): string =>
      pick([
        "a",
        "b",
        "ab",
        "a*",
        "*b",
        "*",
        "**",
        "?",
        "a?",
        "{a,b}",
        "{a,b*}",
        ".a",
        "[ab]",
        "a**b",
        "{a,{b,ab}}",
        "!(a)",
        "@(a|b)",
        "+(a)",
        "b.a",
        "*.a",
      ])
    const glob = (): string => Array.from({ length: 1 + below(3) }, piece).join("/") + pick(["", "", "", "/"])
    const name = (): string => pick(["a", "b", "ab", "aab", ".a", "b.a", "aXb", "b.a"])
    let both = 0
    for (let round = 0; round < 30_000; round++) {
      const [a, b] = [glob(), glob()]
      const path = Array.from({ length: 1 + below(4) }, name).join("/")
      if (!inScope([a])(path) || !inScope([b])(path)) continue
      both++
      expect([a, b, path, overlap([a], [b]) !== undefined]).toEqual([a, b, path, true])
    }
    expect(both).toBeGreaterThan(300)
  })

  it("is reported for a plan, and unknown scopes overlap with nobody", () => {
    const report = overlapReport([
      { key: "a", scope: ["src/**"] },
      { key: "b", scope: [] },
      { key: "c", scope: ["docs/**", "src/x.ts"] },
    ])
    expect(report).toEqual([{ a: "a", b: "c", globs: ["src/**", "src/x.ts"] }])
  })
})

describe("scopes", () => {
  it.each([
    [["src/**"], "src/.env", true],
    [["src"], "src/a/b", true],
    [["src"], "srcs/a", false],
    [["src/*"], "src/a/b", false],
    [[], "a", false],
    [["**/*.{ts,js}"], "a/b.js", true],
  ])("%j holds %s: %s", (scope, path, expected) => expect(inScope(scope)(path)).toBe(expected))

  it.each(["", "  ", "/etc/**", "../x", "a/../../b", "!src/**", "src/{a,b", "C:\\x"])("refuse %j", (glob) =>
    expect(globFault(glob)).toBeDefined(),
  )
  it.each(["src/**", "a{b,c}[d]", "a\\{b", "..a/b"])("take %j", (glob) => expect(globFault(glob)).toBeUndefined())
})
