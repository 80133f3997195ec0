import { describe, expect, test } from "vitest"
import { parseProposal, proposalIn } from "../../../core/domain/plan/proposal.ts"
import type { Awaited } from "../../../core/domain/task/waitsFor.ts"

const known = { agents: ["scribe"], adapters: ["claude"], gates: ["test"], tasks: [1, 2, 3, 4], agent: "scribe" }
const file = "refs/osier/tasks/1:proposal.yaml"
const task = (id: number, more: Partial<Awaited> = {}): Awaited => ({ id, status: "pending", needs: [], ...more })
const read = (text: string, tasks: readonly Awaited[] = [], parent: number | undefined = 1) =>
  parseProposal({ path: file, text }, known, { tasks, ...(parent === undefined ? {} : { parent }) })

describe("a plan in last words", () => {
  const block = "tasks:\n  - title: A\n    prompt: |\n      ```\n      code\n      ```\n"
  test.each([
    [`I looked.\n\`\`\`yaml\n${block}\`\`\`\nDone.`, block],
    [`\`\`\`yaml\r\n${block.replaceAll("\n", "\r\n")}\`\`\`\r\n`, block],
    [`\`\`\`yml\nold: 1\n\`\`\`\n~~~yaml plan\n${block}~~~`, block],
    ["```json\n{}\n```", undefined],
    [`\`\`\`yaml\n${block}`, undefined],
    ["tasks: [a]", undefined],
  ])("%j", (words, found) => expect(proposalIn(words, "plan")).toBe(found))

  test("an answer that shows other YAML proposes nothing", () => {
    expect(proposalIn("```yaml\ntarget: main\n```", "explore")).toBeUndefined()
    expect(proposalIn(`\`\`\`yaml\n# more work\n\n${block}\`\`\`\n\`\`\`yaml\na: 1\n\`\`\``, "explore")).toBe(`# more work\n\n${block}`)
  })
})

describe("a proposal", () => {
  test("has the mistakes of any plan, with their lines", () => {
    const { problems } = read("tasks:\n  - { id: a, title: A, needs: [zz], agent: scrib }\n  - { id: b, title: '' }\n")
    expect(problems.map(({ line, message }) => [line, message])).toEqual([
      [2, "unknown agent scrib"],
      [2, "unknown need zz"],
      [3, "a task without a title"],
    ])
    expect(problems[0]?.file).toBe(file)
    expect(read("tasks: []\n").problems[0]?.message).toBe("proposes no task")
  })

  test("can't wait for its own parent, for what needs that, or for the plan that is above it", () => {
    const tasks = [
      task(1, { needs: [4] }),
      task(2, { needs: [1] }),
      task(3, { children: [1] }),
      task(4),
      task(5, { needs: [1], status: "merged" }),
    ]
    const text =
      "tasks:\n  - { id: a, title: A, needs: [1, 4] }\n  - { id: b, title: B, needs: [2, a] }\n  - { id: c, title: C, needs: [3] }\n"
    const { problems } = read(text, tasks)
    expect(problems.map(({ line, message }) => [line, message])).toEqual([
      [2, "a needs 1, which it is a part of"],
      [3, "b needs 2, which waits for 1"],
      [4, "c needs 3, which waits for 1"],
    ])
    expect(parseProposal({ path: file, text }, known, { tasks }).problems).toEqual([])
  })
})
