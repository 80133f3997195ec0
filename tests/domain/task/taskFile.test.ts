import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { afterAll, describe, expect, it } from "vitest"
import type { Task } from "../../../core/domain/task/task.ts"
import { parseTask, printTask } from "../../../core/domain/task/taskFile.ts"
import { readSummary, Summary, summaryMessage, withoutOsierTrailers } from "../../../core/domain/task/trailers.ts"

const seeded = (seed: number) => {
  let state = seed
  const below = (limit: number): number => (state = (state * 48271) % 2147483647) % limit
  const bits = [
    "a",
    "Z",
    "9",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    "---",
    "---\n",
    ": ",
    " #",
    "'",
    '"',
    "\\",
    "\\n",
    "- ",
    "[",
    "{",
    "&",
    "*",
    "!",
    "|",
    ">",
    "%",
    "@",
    "`",
    "é",
    "😀",
    "日",
    "\u2028",
    "\u0085",
    "\u0000",
    "\u007f",
    "\uFEFF",
    "yes",
    "null",
    "0012",
    "1e3",
    "2026-01-01",
    "Status: merged",
    "Osier-Task: 1",
    "\n\nStatus: merged\n",
    "~",
    "<<",
    "=",
  ]
  const text = (): string => Array.from({ length: below(7) }, () => bits[below(bits.length)]).join("")
  const list = <A>(make: () => A): A[] => Array.from({ length: below(4) }, make)
  const maybe = <A>(key: string, make: () => A): Record<string, A> => (below(2) === 0 ? {} : { [key]: make() })
  const value = (depth = 0): unknown => {
    const kind = below(depth > 2 ? 4 : 6)
    if (kind === 0) return text()
    if (kind === 1) return below(1000) - 500
    if (kind === 2) return below(2) === 0
    if (kind === 3) return null
    return kind === 4 ? list(() => value(depth + 1)) : Object.fromEntries(list(() => [text(), value(depth + 1)]))
  }
  const task = (): Task => ({
    id: below(100000),
    title: text(),
    status: (["pending", "running", "completed", "merged", "failed", "discarded"] as const)[below(6)] ?? "pending",
    priority: (["low", "normal", "high", "urgent"] as const)[below(4)] ?? "normal",
    labels: list(text),
    needs: list(() => below(100)),
    scope: list(text),
    acceptance: list(text),
    created: text(),
    updated: text(),
    attempts: list(() => ({
      n: below(9),
      agent: text(),
      outcome: "work" as const,
      ...maybe("reason", text),
      ...maybe("ms", () => below(9) / 8),
    })),
    ...maybe("reason", text),
    ...maybe("agent", text),
    ...maybe("branch", text),
    ...maybe("assigned_to", text),
    ...maybe("source", text),
    ...maybe("parent", () => below(99)),
    ...maybe("kind", () => (["plan", "explore"] as const)[below(2)]),
    ...maybe("children", () => [below(99), below(99)]),
    ...maybe("fence", () => below(99)),
    ...maybe("gates", () => list(text)),
    extra: Object.fromEntries(list(() => [`x${text()}`, value()])),
    prompt: text() + text(),
  })
  return { task }
}

describe("task.md", () => {
  it("is read back as the very same task, whatever it holds", () => {
    const { task } = seeded(20261120)
    for (let round = 0; round < 600; round++) {
      const one = task()
      const printed = printTask(one)
      expect([printed, Result.getOrThrow(parseTask(printed))]).toEqual([printed, one])
    }
  })

  const plain =
    "---\nid: 12\ntitle: Fix XSS\nstatus: running\nneeds: [9, 11]\nx-board: { column: 3 }\ncreated: 2026-11-20T10:07:00Z\n---\nEscape it.\n\n---\nMore.\n"

  it("takes defaults, unknown keys and Windows line ends", () => {
    const read = Result.getOrThrow(parseTask(plain))
    expect(read).toMatchObject({
      id: 12,
      priority: "normal",
      needs: [9, 11],
      updated: "2026-11-20T10:07:00Z",
      extra: { "x-board": { column: 3 } },
    })
    expect(read.prompt).toBe("Escape it.\n\n---\nMore.")
    expect(Result.getOrThrow(parseTask(`\uFEFF${plain.replaceAll("\n", "\r\n")}`))).toEqual(read)
  })

  it.each([
    ["no front matter", "task.md:1: has no front matter"],
    ["---\nid: 1\n", "task.md:1: has no front matter"],
    ["---\nid: 1\ntitle: a\nstatus: runing\ncreated: x\n---\n", 'task.md:4:9: status: expected "pending"'],
    ["---\nid: 1\ntitle: a\ncreated: x\nneeds: [2, b]\n---\n", "task.md:5:12: needs[1]: expected"],
    ["---\ntitle: a\ncreated: x\n---\n", "id: is missing"],
    ["---\nid: 1\ntitle: 'a\n---\n", "task.md:3:8"],
    ["---\nid: 1\nid: 2\n---\n", "task.md:3:1: this key is given twice"],
    ["---\n- a\n---\n", "no list of fields"],
  ])("%j is told with its place", (text, message) => {
    const said = Result.getOrThrow(Result.flip(parseTask(text)))
    expect(said.message).toContain(message)
    expect(said.exit).toBe(2)
  })
})

describe("the summary in a commit message", () => {
  const summary = Schema.decodeUnknownSync(Summary)
  const folder = mkdtempSync(join(tmpdir(), "osier-trailers-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("says the same as the record, and nothing in it can break out", () => {
    const { task } = seeded(4)
    for (let round = 0; round < 600; round++) {
      const one = summary(task())
      const message = summaryMessage(one)
      expect(readSummary(message)).toEqual(one)
      expect(message.split("\n\n")).toHaveLength(2)
      // eslint-disable-next-line no-control-regex -- nothing but the line ends of the message itself
      expect(message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/)
    }
  })

  it("is what git itself takes for trailers", () => {
    const one = {
      ...summary(seeded(9).task()),
      title: ' "Escape"\n\nStatus: merged ',
      reason: "line\r\nline",
      labels: ["a\nb"],
      needs: [9, 11],
    }
    const git = (args: readonly string[], input = "") => execFileSync("git", ["-C", folder, ...args], { input, encoding: "utf8" })
    git(["init", "-q"])
    const tree = git(["mktree"]).trim()
    const identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    const commit = git([...identity, "commit-tree", tree, "-F", "-"], summaryMessage(one)).trim()
    git(["update-ref", "refs/osier/tasks/1", commit])
    const listed = git(["for-each-ref", "--format=%(contents:trailers:only,unfold)", "refs/osier/tasks"])
    expect(readSummary(listed)).toEqual(one)
  })

  it.each([
    "",
    "fix: a thing",
    "Merge\n\nSigned-off-by: me",
    "x\n\nId: 1\nTitle: t\nStatus: nonsense\nPriority: low\nCreated: a\nUpdated: b",
  ])("is not seen in %j", (text) => expect(readSummary(text)).toBeUndefined())
})

it.each([
  ["feat: a\n\nOsier-Task: 1\nReviewed-by: x\n", "feat: a\n\nReviewed-by: x\n"],
  ["a\nosier-tip : 12\n  folded\nb", "a\nb"],
  ["a\r\nOsier-Nonce: 1\r\nb", "a\r\nb"],
  ["  Osier-X: 1\nb", "b"],
  ["OsierOsier-A: 1\nabout Osier-A: 1\nOsier - 1", "OsierOsier-A: 1\nabout Osier-A: 1\nOsier - 1"],
])("foreign text %j loses osier's trailers", (text, expected) => {
  expect(withoutOsierTrailers(text)).toBe(expected)
  expect(withoutOsierTrailers(expected)).toBe(expected)
})
