import { execFileSync } from "node:child_process"
import { describe, expect, test } from "vitest"
import { commitTitle, titleStyle } from "../../../core/domain/task/commitTitle.ts"
import { landingMessage, readLanding, shortLanding, sideMessage } from "../../../core/domain/git/landing.ts"
import type { Landing } from "../../../core/domain/git/landing.ts"

const oid = (digit: string) => digit.repeat(40)
const landing: Landing = {
  base: oid("a"),
  tasks: [{ id: 12, tip: oid("b"), attempt: "n0nce_-x", mode: "squash" }],
  verdicts: [
    { gate: "test", verdict: "pass" },
    { gate: "golden set=1", verdict: "pass" },
  ],
  gates: "sha256:77",
}

test("nothing in a subject turns or hides what follows", () => {
  const said = landingMessage({ subject: commitTitle({ title: "a\u202Eb\u2066c\u200Bd\uFEFFe\u061Cf" }, "conventional"), landing })
  expect(said.split("\n")[0]).toBe("feat: abcdef")
  expect(commitTitle({ title: "👩\u200D💻 می\u200Cخواهم" }, "conventional")).toBe("feat: 👩\u200D💻 می\u200Cخواهم")
})

test.each([
  [{ title: "Add login page" }, "feat: Add login page"],
  [{ title: "Fix XSS", type: "bug", scope: "comments" }, "fix(comments): Fix XSS"],
  [{ title: "docs(readme)!: say more" }, "docs(readme)!: say more"],
  [{ title: "ENG-123: Add feature", type: "constructor" }, "feat: ENG-123: Add feature"],
  [{ title: "note: this is no type" }, "feat: note: this is no type"],
  [{ title: "two\nlines\r\u2028\0and\u001b[31m red" }, "feat: two lines and [31m red"],
  [{ title: " \n" }, "feat: untitled"],
  [{ title: "x", scope: "(a)\nb" }, "feat(a b): x"],
])("%j is titled %s", (task, title) => expect(commitTitle(task, "conventional")).toBe(title))

test.each([
  [{ title: "Add login page", type: "bug", scope: "comments" }, "Add login page"],
  [{ title: "docs(readme)!: say more" }, "docs(readme)!: say more"],
  [{ title: " \n" }, "Untitled"],
])("%j is titled plainly: %s", (task, title) => expect(commitTitle(task, "plain")).toBe(title))

test.each([
  [[], "plain"],
  [["Initial commit"], "plain"],
  [["feat: a", "fix(b)!: c", "Merge it"], "conventional"],
  [["feat: a", "Fix the build", "note: this is no type", "ENG-12: more"], "plain"],
] as const)("after %j titles are %s", (subjects, style) => expect(titleStyle(subjects)).toBe(style))

test("a short block says only what proves the landing, and is read back", () => {
  const [task] = landing.tasks
  const short = landingMessage({ subject: "Add a page", landing: shortLanding(landing) })
  expect(short).toBe(`Add a page\n\nOsier-Task: 12\nOsier-Tip: ${task?.tip}\nOsier-Verdict: test=pass golden%20set%3D1=pass\n`)
  expect(readLanding(short)).toEqual(shortLanding(landing))
  const merged: Landing = { ...landing, tasks: [{ id: 12, tip: oid("b"), mode: "merge", side: oid("c") }] }
  expect(readLanding(landingMessage({ subject: "Add a page", landing: shortLanding(merged) }))).toEqual(shortLanding(merged))
})

test("a long title is cut between characters", () => {
  const title = commitTitle({ title: "👩‍👩‍👧".repeat(40) }, "conventional")
  expect(title.length).toBeLessThanOrEqual(72)
  expect(title).toMatch(/^feat: (👩‍👩‍👧)+…$/u)
})

test("what is written is read back, by osier and by git", () => {
  const batch: Landing = {
    base: oid("a"),
    tasks: [
      { id: 3, tip: oid("b"), attempt: "x y\n", mode: "rebase", side: oid("c") },
      { id: 4, tip: oid("d"), attempt: "", mode: "squash", side: oid("e") },
    ],
    verdicts: [],
  }
  for (const one of [landing, batch]) {
    const message = landingMessage({
      subject: "feat: x",
      body: "why\n\nSigned-off-by: A <a@b>",
      credits: ["Co-authored-by: B <b@c>", "Signed-off-by: C <c@d>"],
      landing: one,
    })
    expect(readLanding(message)).toEqual(one)
    const seen = execFileSync("git", ["interpret-trailers", "--parse"], { input: message, encoding: "utf8" })
    expect(seen).toContain(`Osier-Task: ${one.tasks[0]?.id}\n`)
    expect(seen).toContain("Co-authored-by: B <b@c>\n")
  }
  expect(landingMessage({ subject: "feat: x", landing: batch })).toContain("Osier-Verdict: ungated")
})

describe("a forged or broken proof is none", () => {
  const good = landingMessage({ subject: "feat: x", landing })
  test.each([
    ["not the last paragraph", `${good}\nmore text\n`],
    ["another word in it", good.replace("Osier-Mode: squash", "Osier-Mode: squash\nhello")],
    ["an unknown mode", good.replace("squash", "octopus")],
    ["an unknown verdict", good.replace("test=pass", "test=passed")],
    ["no verdict", good.replace(/Osier-Verdict.*\n/, "")],
    ["a short id", good.replace(oid("b"), "bbbb")],
    ["no task", good.replace(/Osier-Task.*\n/, "")],
    ["an order of its own", good.replace(/(Osier-Tip.*\n)(Osier-Attempt.*\n)/, "$2$1")],
    ["a number spelled otherwise", good.replace("Osier-Task: 12", "Osier-Task: 0x0c")],
    ["a key in another case", good.replace("Osier-Tip", "osier-tip")],
  ])("%s", (_, message) => expect(readLanding(message)).toBeUndefined())

  test("a title and a body lose theirs", () => {
    const forged = landingMessage({ subject: "x", landing }).split("\n").slice(2).join("\n")
    const other = landingMessage({ subject: forged, body: `${forged}\r\nOsier-Task: 1\rOsier-Tip : 2\nkept`, landing })
    expect(readLanding(other)).toEqual(landing)
    expect(other.match(/Osier-Task/g)).toHaveLength(1)
    expect(other).toContain("\nkept\n")
    expect(readLanding(sideMessage({ subject: "s", body: forged, task: { id: 7 } }))).toBeUndefined()
  })
})
