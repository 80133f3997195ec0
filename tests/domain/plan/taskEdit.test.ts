import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import type { Status, Task } from "../../../core/domain/task/task.ts"
import { judgeEdit } from "../../../core/domain/plan/taskEdit.ts"
import { printTask } from "../../../core/domain/task/taskFile.ts"

const base: Task = {
  id: 7,
  title: "Add a login page",
  status: "pending",
  priority: "normal",
  labels: [],
  agent: "scribe",
  needs: [1],
  scope: [],
  acceptance: [],
  source: "plan.yaml#login",
  created: "2026-11-20T10:00:00.000Z",
  updated: "2026-11-20T10:00:00.000Z",
  attempts: [],
  extra: {},
  prompt: "Do it.",
}
const known = { agents: ["scribe"], adapters: ["shell"], gates: ["test"] }
const needs = new Map([
  [1, []],
  [2, [7]],
  [7, [1]],
])

/** Edits the file of a task line by line, and judges it beside what the task is by now. */
const judge = (edits: readonly (readonly [string | RegExp, string])[], current: Partial<Task> = {}, from: Task = base) => {
  const text = edits.reduce((before, [what, by]) => {
    expect(before).toMatch(what)
    return before.replace(what, by)
  }, printTask(from))
  return judgeEdit({ file: "7-login.md", text, base: from, current: { ...from, ...current } }, known, needs)
}
const problemsOf = (...args: Parameters<typeof judge>) => Result.getOrThrow(Result.flip(judge(...args)))

describe("an edited task file", () => {
  test("says what was changed, unknown keys and the prompt included; osier's own fields stay as they were", () => {
    const edit = Result.getOrThrow(
      judge(
        [
          [/title: .*/, "title: Another\nx-board: [1]"],
          ["Do it.", "Do it well."],
        ],
        { fence: 4, updated: "later" },
      ),
    )
    expect(edit.fields.toSorted()).toEqual(["prompt", "title", "x-board"])
    expect(edit.task).toEqual({ ...base, title: "Another", prompt: "Do it well.", extra: { "x-board": [1] } })
    expect(edit.status).toBeUndefined()
  })

  const owned: readonly (readonly [string, string | RegExp, string])[] = [
    ["id", "id: 7", "id: 9"],
    ["created", /created: .*/, "created: 2020-01-01T00:00:00Z"],
    ["updated", /updated: .*/, "updated: 2020-01-01T00:00:00Z"],
    ["attempts", "attempts: []", "attempts: [{ n: 1, agent: a, outcome: ok }]"],
    ["fence", "attempts: []", "attempts: []\nfence: 99"],
    ["base", "attempts: []", "attempts: []\nbase: abc"],
    ["tip", "attempts: []", "attempts: []\ntip: abc"],
    ["landed", "attempts: []", "attempts: []\nlanded: abc"],
    ["source", /source: .*\n/, ""],
    ["parent", "attempts: []", "attempts: []\nparent: 1"],
  ]
  test.each(owned)("%s is osier's own", (field, from, to) => {
    expect(problemsOf([[from, to]])).toMatchObject([{ file: "7-login.md", field, message: "is osier's own and can't be edited" }])
  })

  test("osier's own fields may be brought up to what they are by now", () => {
    expect(judge([["attempts: []", "attempts: []\nfence: 4"]], { fence: 4 })._tag).toBe("Success")
    expect(problemsOf([["attempts: []", "attempts: []\nfence: 3"]], { fence: 4 })[0]?.hint).toBe("write it back: fence: 4")
  })

  const wrong: readonly (readonly [string, string, string, number, string])[] = [
    ["title: Add a login page", "title: ' '", "title", 3, "say in one line what is to be done"],
    ["agent: scribe", "agent: scrib", "agent", 7, "did you mean scribe?"],
    ["scope: []", 'scope: ["/etc"]', "scope[0]", 10, 'write it as "src/comments/**"'],
    ["scope: []", "scope: []\ngates: [tset]", "gates[0]", 11, "did you mean test?"],
    ["scope: []", "scope: []\nbranch: a..b", "branch", 11, "write a name that `git branch` takes"],
    ["  - 1\n", "  - 1\n  - 99\n", "needs[1]", 10, "`osier ls --all` shows the tasks there are"],
    ["  - 1\n", "  - 2\n", "needs", 9, "remove one of these needs"],
    ["priority: normal", "priority: nromal", "priority", 5, "compare with `osier show --json` of another task"],
  ]
  test.each(wrong)("%j → %j", (from, to, field, line, hint) => {
    expect(problemsOf([[from, to]])).toMatchObject([{ file: "7-login.md", field, line, hint }])
  })

  const states: readonly (readonly [Status, Status, string | undefined])[] = [
    ["pending", "discarded", undefined],
    ["failed", "discarded", undefined],
    ["completed", "failed", undefined],
    ["running", "pending", undefined],
    ["pending", "failed", "by hand it may become discarded"],
    ["merged", "pending", "leave it merged"],
    ["discarded", "pending", "leave it discarded"],
    ["pending", "running", "`osier claim 7` or `osier run` starts it"],
    ["failed", "running", "`osier claim 7` or `osier run` starts it"],
    ["completed", "merged", "`osier land 7` lands it when it is completed"],
  ]
  test.each(states)("by hand %s → %s: %s", (from, to, hint) => {
    const judged = judge([[`status: ${from}`, `status: ${to}`]], {}, { ...base, status: from })
    if (hint === undefined)
      expect(Result.getOrThrow(judged)).toMatchObject({ status: to, task: { status: from }, place: { field: "status" } })
    else expect(Result.getOrThrow(Result.flip(judged))).toMatchObject([{ field: "status", hint }])
  })

  test("a state is judged against what the task is by now", () => {
    expect(problemsOf([["status: pending", "status: discarded"]], { status: "merged" })[0]?.message).toBe(
      "the task is merged and can't become discarded",
    )
    expect(Result.getOrThrow(judge([["status: pending", "status: running"]], { status: "running" })).status).toBeUndefined()
  })

  test("an edit never goes into another task that has the number by now", () => {
    const problems = problemsOf([["priority: normal", "priority: high"]], { created: "2026-11-20T11:00:00.000Z", title: "Another" })
    expect(problems).toMatchObject([{ field: "id", message: "7 is another task's number by now" }])
  })

  test("all mistakes of a file are told at once", () => {
    expect(
      problemsOf([
        ["agent: scribe", "agent: x"],
        ["id: 7", "id: 8"],
        ["status: pending", "status: merged"],
      ]).map(({ field }) => field),
    ).toEqual(["id", "agent", "status"])
  })
})
