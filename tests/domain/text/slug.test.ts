import { execFileSync } from "node:child_process"
import { describe, expect, it, test } from "vitest"
import { branchFault, branchName, branchPatternFault } from "../../../core/domain/task/branchName.ts"
import { slug, slugIn } from "../../../core/domain/text/slug.ts"

describe("slug", () => {
  it.each([
    ["Fix XSS in comment form", "fix-xss-in-comment-form"],
    ["ENG-123: Add feature", "eng-123-add-feature"],
    ["Café größer — naïve ﬁle", "cafe-großer-naive-file"],
    ["don't break it", "dont-break-it"],
    ["日本語", "日本語"],
    ["إصلاح السعر", "إصلاح-السعر"],
    ["हिन्दी में लिखो", "हिन्दी-में-लिखो"],
    ["漢".repeat(99), "漢".repeat(20)],
    ["🚀🔥", "task"],
    ["", "task"],
    ["--- / ..", "task"],
    ["日本 login ログ page", "日本-login-ログ-page"],
    ["a".repeat(200), "a".repeat(40)],
    ["one two three four five six seven eight nine ten", "one-two-three-four-five-six-seven-eight"],
    ["x".repeat(40) + " tail", "x".repeat(40)],
    ["../../etc/passwd.lock", "etc-passwd-lock"],
  ])("of %j is %s", (title, expected) => {
    expect(slug(title)).toBe(expected)
    expect(branchFault(`task/${slug(title)}-1`)).toBeUndefined()
  })
})

test("in the store a slug is one task's alone, and stays so", () => {
  const titles = ["Fix", "fix!", "Fix 2", "Fix", "漢", "漢"]
  const tasks = titles.map((title, at) => ({ id: at + 1, title }))
  const slugs = tasks.map((task) => slugIn(tasks, task))
  expect(slugs).toEqual(["fix", "fix-2", "fix-2-3", "fix-4", "漢", "漢-6"])
})

describe("branch names", () => {
  it("are refused exactly where git refuses them", () => {
    const names = [
      "a",
      "a/b",
      "a..b",
      "a.lock",
      "a.lock/b",
      "a.locker",
      ".a",
      "a/.b",
      "a.",
      "a./b",
      "/a",
      "a/",
      "a//b",
      "a b",
      "a~b",
      "a^b",
      "a:b",
      "a?b",
      "a*b",
      "a[b",
    ]
    const more = [
      "a]b",
      "a\\b",
      "a@b",
      "a@{b",
      "-a",
      "a-",
      "HEAD",
      "heads/HEAD",
      "é",
      "a\tb",
      "a\u007fb",
      "{a}",
      "a$(id)",
      "a'b",
      "@a",
      "a@",
    ]
    for (const name of [...names, ...more]) {
      let refused = false
      try {
        execFileSync("git", ["check-ref-format", "--branch", name], { stdio: "ignore" })
      } catch {
        refused = true
      }
      expect([name, branchFault(name) !== undefined]).toEqual([name, refused])
    }
    expect(branchFault("")).toBeDefined()
    // git takes "@" for HEAD, and answers as if it were fine.
    expect(branchFault("@")).toBeDefined()
  })
  it("come from a pattern", () => {
    expect(branchName("task/{slug}-{id}", { slug: "add-$&", id: 12 })).toBe("task/add-$&-12")
    expect(branchPatternFault("ENG-{id}/{slug}")).toBeUndefined()
    expect(branchPatternFault("task/{slug}")).toContain("{id}")
    expect(branchPatternFault("task/{name}-{id}")).toContain("{name}")
    expect(branchPatternFault("task/{slug-{id}")).toContain("{slug-")
    expect(branchPatternFault("task {id}")).toContain('" "')
  })
})
