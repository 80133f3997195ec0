import { describe, expect, it } from "vitest"
import { parseArguments, parseGiven, parsePlan, PlanRefused } from "../../../core/domain/plan/plan.ts"
import type { Declared, Known } from "../../../core/domain/plan/planDraft.ts"
import { printProblem } from "../../../core/domain/text/problem.ts"

const known: Known = { agents: ["scribe", "security-specialist"], adapters: ["shell", "claude"], gates: ["test", "golden"], tasks: [7, 9] }
const plan = (path: string, text: string, more: Partial<Known> = {}) => parsePlan([{ path, text }], { ...known, ...more })
const told = (path: string, text: string, more: Partial<Known> = {}) =>
  plan(path, text, more).problems.map((one) => `${printProblem(one)} | ${one.hint}`)
const fine = (path: string, text: string): readonly Declared[] => {
  const { tasks, problems } = plan(path, text)
  expect(problems).toEqual([])
  return tasks
}

describe("arguments", () => {
  it.each([
    ["Add login page", "Add login page", undefined],
    ["Security scan:security-specialist", "Security scan", "security-specialist"],
    ["ENG-123: Add feature", "ENG-123: Add feature", undefined],
    ["ENG-123: Add feature:shell", "ENG-123: Add feature", "shell"],
    ["Write about: shell", "Write about: shell", undefined],
    [":shell", ":shell", undefined],
    ["#789 is broken", "#789 is broken", undefined],
  ])("%j", (text, title, agent) => {
    const { tasks, problems } = parseArguments([text], known)
    expect(problems).toEqual([])
    expect(tasks[0]).toMatchObject({ title, prompt: title, priority: "normal" })
    expect(tasks[0]?.agent).toBe(agent)
  })

  it("refuse what is nearly the name of an agent, and say how it can stay a part of the title", () => {
    const { problems } = parseArguments(["Scan it:security-specialits", "Scan it: scrib", "Look at module:code"], known)
    expect(problems.map((one) => `${printProblem(one)} | ${one.hint}`)).toEqual([
      "argument 1: unknown agent security-specialits | did you mean security-specialist? If it belongs to the title, put a space behind the colon",
    ])
  })

  it("have the first line for a title and the whole for a prompt", () => {
    const { tasks } = parseArguments([`Fix it\nIn detail …:scribe`, "word ".repeat(40), "Fix it"], known)
    expect(tasks[0]).toMatchObject({ title: "Fix it", prompt: "Fix it\nIn detail …", agent: "scribe", key: "fix-it" })
    expect(tasks[1]?.title.length).toBeLessThanOrEqual(72)
    expect(tasks[1]?.title).toMatch(/word…$/)
    expect(tasks[2]?.key).toBe("fix-it-2")
  })

  it("may not be empty, and need an agent from somewhere", () => {
    expect(parseArguments(["ok", " "], known).problems).toMatchObject([{ field: "argument 2", message: "a task without a title" }])
    expect(parseArguments(["a", "b:shell"], { ...known, agent: null }).problems).toMatchObject([
      { field: "argument 1", message: 'no agent for "a"', hint: 'name one: "…:scribe", --agent scribe, or set agent in osier.yaml' },
    ])
  })
})

it("reads a text file, a task a line", () => {
  const tasks = fine("tasks.txt", "\uFEFF# all of it\r\nAdd page\r\n\r\n  Scan:security-specialist  \r\n\\#789 is broken\r\n#gone")
  expect(tasks.map(({ title, agent, source }) => [title, agent, source.line])).toEqual([
    ["Add page", undefined, 2],
    ["Scan", "security-specialist", 4],
    ["#789 is broken", undefined, 5],
  ])
})

const full = `tasks:
  - id: T1
    title: Fix XSS
    prompt: |
      Escape user input.
      Everywhere.
    agent: security-specialist
    scope: ["src/comments/**"]
    gates: [test]
    retries: 1
    priority: high
    labels: security
    acceptance: [no alert shown]
    limits: { attempt: 1h, idle: 90 }
    effort: small
    type: fix
  - { id: 0012, title: 2024, needs: [T1, 7], branch: 0012, adopt: true, independence: "alone: yes" }
  - Write docs:scribe
`

describe("YAML and JSON plans", () => {
  it("take every field", () => {
    const [first, second, third] = fine("plan.yaml", full)
    expect(first).toEqual({
      key: "T1",
      title: "Fix XSS",
      prompt: "Escape user input.\nEverywhere.",
      agent: "security-specialist",
      needs: [],
      needsTasks: [],
      scope: ["src/comments/**"],
      gates: ["test"],
      retries: 1,
      priority: "high",
      labels: ["security"],
      acceptance: ["no alert shown"],
      adopt: false,
      limits: { attempt: 3_600_000, idle: 90_000 },
      effort: "small",
      type: "fix",
      source: { file: "plan.yaml", line: 2 },
    })
    expect(second).toMatchObject({ key: "0012", title: "2024", needs: ["T1"], needsTasks: [7], branch: "0012", adopt: true })
    expect(third).toMatchObject({ key: "write-docs", title: "Write docs", agent: "scribe", source: { file: "plan.yaml", line: 18 } })
  })

  it("are refused with a title of a page, whichever way it comes", () => {
    const page = "x".repeat(150_000)
    expect(told("a.yaml", `tasks:\n  - title: ${page}\n`)[0]).toMatch(
      /^a.yaml:2:12: tasks\[0\].title: the title is too long: 150000 bytes \| /,
    )
    expect(told("a.md", `## ${page}\n`)[0]).toMatch(/^a.md:1: the title is too long: 150000 bytes \| /)
    expect(told("a.yaml", `tasks:\n  - title: ${"漢".repeat(334)}\n`)[0]).toContain("too long: 1002 bytes")
    expect(parseGiven([{ title: page }], known).problems.map(printProblem)).toEqual(["task 1: title: the title is too long: 150000 bytes"])
    // Words of a page are a prompt, and their first line cut is the title.
    expect(parseArguments([page], known)).toMatchObject({ problems: [], tasks: [{ title: `${"x".repeat(71)}…`, prompt: page }] })
    expect(parseArguments(["🚀".repeat(80)], known).tasks[0]?.title).toBe(`${"🚀".repeat(35)}…`)
  })

  it("make one line of a title", () => {
    const [task] = fine("plan.json", '[{ "title": " a\\n\\u0000b\\ud800 ", "prompt": "x\\ny" }]')
    expect(task).toMatchObject({ title: "a b\ufffd", prompt: "x\ny" })
  })

  it.each([
    ["a list", "plan.yml", "- one\n- { title: two, needs: [one] }"],
    ["a map of ids", "plan.yaml", "one: one\nx: { title: two, needs: one }"],
    ["a map under tasks", "plan.yaml", "tasks:\n  one: { prompt: one }\n  x: { title: two, needs: one }"],
    ["JSON", "plan.json", '{\n\t"tasks": [\n\t\t"one",\n\t\t{ "title": "two", "needs": ["one"] }\n\t]\n}'],
  ])("may be %s", (_, path, text) => {
    const tasks = fine(path, text)
    expect(tasks.map(({ title }) => title)).toEqual(["one", "two"])
    expect(tasks[1]?.needs).toEqual(["one"])
  })

  it.each([
    [
      "plan.yaml",
      "tasks:\n  - id: a\n    title: x\n    needs: [b]\n  - id: b\n    title: y\n    needs: [a]\n",
      ["plan.yaml:4:13: tasks[0].needs[0]: a cycle of needs: a → b → a | remove one of these needs"],
    ],
    ["plan.yaml", "- id: a\n  title: x\n  needs: a", ["plan.yaml:3:10: [0].needs[0]: a needs itself | remove one of these needs"]],
    [
      "plan.yaml",
      "- id: alpha\n  title: x\n- title: y\n  needs: [aplha, 8, 9]",
      [
        "plan.yaml:4:11: [1].needs[0]: unknown need aplha | did you mean alpha?",
        "plan.yaml:4:18: [1].needs[1]: unknown need 8 | known: alpha, y, 7, 9",
      ],
    ],
    ["plan.yaml", "- title: x\n  agent: scribbe", ["plan.yaml:2:10: [0].agent: unknown agent scribbe | did you mean scribe?"]],
    ["plan.yaml", "- title: x\n  gates: [tests]", ["plan.yaml:2:11: [0].gates[0]: unknown gate tests | did you mean test?"]],
    ["plan.yaml", "- title: x\n  depends_on: [y]", ['plan.yaml:2:3: [0].depends_on: unknown key "depends_on" | did you mean needs?']],
    ["plan.yaml", "- title: x\n  promt: y", ['plan.yaml:2:3: [0].promt: unknown key "promt" | did you mean prompt?']],
    ["plan.yaml", "tasks: []\ntask: 1", ['plan.yaml:2:1: task: unknown key "task" | beside tasks there is nothing else in a plan']],
    [
      "plan.yaml",
      "- id: a\n  title: x\n- id: a\n  title: y",
      ["plan.yaml:3:7: [1].id: the id a is given twice | the other is in plan.yaml:1; rename one of the two"],
    ],
    [
      "plan.yaml",
      "- id: a/b\n  title: x",
      ['plan.yaml:1:7: [0].id: "a/b" is no id | use letters, digits, dots, hyphens and underscores, at most 100'],
    ],
    ["plan.yaml", "- prompt: ''", ["plan.yaml:1:3: [0].title: a task without a title | say in one line what is to be done"]],
    [
      "plan.yaml",
      "- title: x\n  scope: [../y]",
      ['plan.yaml:2:11: [0].scope[0]: the scope "../y" leads outside with ".." | write it as "src/comments/**"'],
    ],
    [
      "plan.yaml",
      "- title: x\n  branch: dev$(id) x",
      ['plan.yaml:2:11: [0].branch: the branch "dev$(id) x" contains " " | write a name that `git branch` takes'],
    ],
    [
      "plan.yaml",
      "- title: x\n  priority: hihg",
      ['plan.yaml:2:13: [0].priority: expected "low" | "normal" | "high" | "urgent", not "hihg" | write low, normal, high or urgent'],
    ],
    [
      "plan.yaml",
      "- title: x\n  retries: -1",
      ["plan.yaml:2:12: [0].retries: expected a value greater than or equal to 0, not -1 | write a whole number, 0 or more"],
    ],
    [
      "plan.yaml",
      "- title: x\n  limits: { attempt: soon }",
      [
        'plan.yaml:2:22: [0].limits.attempt: "soon" is not a length of time: a number and a unit are expected, the larger unit first | write it as 500ms, 90s, 10m, 1h30m or 2d; a plain number is seconds',
      ],
    ],
    ["plan.yaml", "- title: x\n  title: y", ["plan.yaml:2:3: this key is given twice | keep one of the two"]],
    ["plan.yaml", "tasks: 5", ["plan.yaml:1:8: tasks: is no list of tasks | write tasks: [ { title: … }, … ]"]],
    ["plan.yaml", "- 5", ["plan.yaml:1:3: [0]: is no task | write a text, or the fields of a task: { title: …, needs: […] }"]],
    [
      "plan.json",
      '{ "tasks": [\n  { "title": "x", "agent": "nobody-at-all" } ] }',
      ["plan.json:2:28: tasks[0].agent: unknown agent nobody-at-all | known: scribe, security-specialist, shell, claude"],
    ],
  ])("%s %j is told with its place", (path, text, expected) => expect(told(path, text)).toEqual(expected))

  it("say of a branch one thing, and of none nothing", () => {
    const two = "tasks:\n  - { title: a, branch: x, adopt: true, fresh: true }\n  - { title: b, fresh: true }\n"
    expect(told("p.yaml", two)).toEqual([
      "p.yaml:2:48: tasks[0].fresh: a branch can't be gone on with and cut anew | keep one of adopt and fresh",
      "p.yaml:3:24: tasks[1].fresh: fresh is about a branch, and none is named | add branch: <name>",
    ])
    expect(fine("p.yaml", "tasks: [{ title: a, branch: x, fresh: true }]")).toMatchObject([{ branch: "x", fresh: true, adopt: false }])
  })

  it("tell bad YAML once, and everything else all at once", () => {
    for (const bad of ["tasks:\n  - title: a: b\n  - [", "tasks:\n\t- x", "a: 'x", "a: *nobody", "--- 1\n--- 2"]) {
      const { problems, tasks } = plan("p.yaml", bad)
      expect([bad, problems.length, tasks]).toEqual([bad, 1, []])
      expect(problems[0]).toMatchObject({ file: "p.yaml" })
      expect(problems[0]?.line).toBeGreaterThan(0)
    }
    const many = told(
      "p.yaml",
      "- id: a\n  title: x\n  needs: [a, zz]\n  agent: nobody-at-all\n- id: b\n  titel: y\n- title: z\n  needs: b\n",
    )
    expect(many.map((line) => line.split(": ").slice(0, 3).join(": "))).toEqual([
      'p.yaml:6:3: [1].titel: unknown key "titel" | did you mean title?',
      "p.yaml:4:10: [0].agent: unknown agent nobody-at-all | known",
      "p.yaml:3:14: [0].needs[1]: unknown need zz | did you mean z?",
      "p.yaml:3:11: [0].needs[0]: a needs itself | remove one of these needs",
    ])
    const both = told(
      "p.yaml",
      "a: { retries: -1, colour: red, needs: [zz], agent: nobody-at-all, limits: { idle: soon } }\nb: [1]\nc: { title: x, needs: [b] }\n",
    )
    expect(both.map((line) => line.split(": ").slice(1, 2).join())).toEqual([
      "a.colour",
      "a.retries",
      "b",
      "a.agent",
      "a.needs[0]",
      "a.limits.idle",
    ])
    const refused = PlanRefused.of(plan("p.yaml", "- ''").problems)
    expect(refused).toMatchObject({ exit: 2, file: "p.yaml", line: 1, column: 3 })
    expect(refused.message).toContain("p.yaml:1:3")
  })
})

const markdown = `# The plan

Words for people.

## Fix XSS:security-specialist

\`\`\`yaml
id: xss
scope: ["src/**"]
\`\`\`

Escape it.

\`\`\`md
## not a heading
\`\`\`

## Docs ##
\`\`\`yaml
needs: [xss, gone]
\`\`\`
`

describe("Markdown plans", () => {
  it("have a section a task", () => {
    const { tasks, problems } = plan("plan.md", markdown)
    expect(tasks).toMatchObject([
      {
        key: "xss",
        title: "Fix XSS",
        agent: "security-specialist",
        prompt: "Escape it.\n\n```md\n## not a heading\n```",
        source: { line: 5 },
      },
      { key: "docs", title: "Docs", prompt: "Docs", needs: ["xss"], source: { line: 18 } },
    ])
    expect(problems).toMatchObject([{ file: "plan.md", line: 20, column: 14, field: "needs[1]" }])
  })

  it("may be one task, with front matter or without", () => {
    expect(fine("a.md", "---\nagent: scribe\nlabels: [x]\n---\n# Add page\n\nAs told.\n")).toMatchObject([
      { title: "Add page", agent: "scribe", prompt: "# Add page\n\nAs told." },
    ])
    expect(fine("a.md", "---\r\ntitle: T\r\n---\r\nBody\r\n")).toMatchObject([{ title: "T", prompt: "Body" }])
    expect(fine("a.md", "# Add page\n\nAs told.\n")).toMatchObject([{ title: "Add page", prompt: "# Add page\n\nAs told." }])
    expect(told("a.md", "---\ntitle: T\nagnet: x\n---\n")).toEqual(['a.md:3:1: agnet: unknown key "agnet" | did you mean agent?'])
    expect(told("a.md", "---\ntitle: [\n---\n")).toHaveLength(1)
    expect(told("a.md", "## T\n```yaml\nagnet: x\n```\n")).toEqual(['a.md:3:1: agnet: unknown key "agnet" | did you mean agent?'])
  })

  it("may be a folder, where names are ids", () => {
    const files = [
      { path: "tasks/login.md", text: "---\ntitle: Login\n---\nDo it." },
      { path: "tasks/docs.md", text: "---\nneeds: [login, login2]\n---\n# Docs" },
      { path: "tasks/notes.md", text: "# Notes" },
      { path: "tasks/README.md", text: "# About" },
    ]
    const { tasks, problems } = parsePlan(files, known)
    expect(tasks).toMatchObject([{ key: "login" }, { key: "docs", title: "Docs", needs: ["login"] }])
    expect(problems.map(printProblem)).toEqual([
      "tasks/notes.md:1: has no front matter",
      "tasks/docs.md:2:16: needs[1]: unknown need login2",
    ])
  })
})
