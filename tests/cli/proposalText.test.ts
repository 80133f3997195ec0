import { expect, test } from "vitest"
import { proposalText, sideBySide } from "../../core/cli/proposalText.ts"
import { noPaint } from "../../core/domain/text/colour.ts"
import { parsePlan } from "../../core/domain/plan/plan.ts"

const { tasks } = parsePlan(
  [
    {
      path: "plan.yaml",
      text: `tasks:
  - { id: db, title: Schema, independence: "yes", scope: [db/**] }
  - { id: api, title: Routes, independence: shares the schema, scope: [db/x.sql], needs: [db, 7], acceptance: ["it\\x1b[2J answers"] }
  - { id: ui, title: Pages, agent: scribe }
`,
    },
  ],
  { agents: ["scribe"], adapters: [], gates: [], tasks: [7] },
)

test("says of every task whether it can be done alone, and what overlaps", () => {
  expect(sideBySide(tasks)).toEqual([
    "1 of 3 tasks can be built and tested alone: db",
    "api: shares the schema",
    "not said of: ui",
    "db and api overlap in db/**: they run one after the other",
  ])
})

test("shows what a person has to know to accept it", () => {
  const text = proposalText(tasks, noPaint)
  expect(text).toContain("3 tasks proposed:\n  db  Schema\n")
  expect(text).toMatch(/ {2}api {2}Routes\n {6}needs {2}db, #7\n {6}scope {2}db\/x\.sql\n {6}done {3}it answers\n/)
  expect(text).not.toContain("\u001b")
})
