import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { agentProfile } from "../../../core/domain/settings/agentProfile.ts"
import { parseDuration } from "../../../core/domain/text/duration.ts"
import { printProblem } from "../../../core/domain/text/problem.ts"
import { settingsDocs, variableOf } from "../../../core/domain/settings/settingsDocs.ts"
import { resolveSettings, SettingsRefused } from "../../../core/domain/settings/settingsFile.ts"
import { schemaKeys, settingsJsonSchema } from "../../../core/domain/settings/settingsSchema.ts"
import { parseSize } from "../../../core/domain/text/size.ts"
import { adapters } from "../../../plugins/index.ts"
import { valueAt } from "../../../core/domain/text/yamlPlace.ts"

const told = (fileText: string, more: Omit<Parameters<typeof resolveSettings>[0], "fileText"> = {}) =>
  resolveSettings({ fileText, adapters, ...more }).problems.map((one) => `${printProblem(one)} | ${one.hint}`)
const fine = (fileText: string, more: Omit<Parameters<typeof resolveSettings>[0], "fileText"> = {}) => {
  const { settings, problems } = resolveSettings({ fileText, adapters, ...more })
  expect(problems).toEqual([])
  return settings
}

const whole = `
target: main               # default: the branch checked out at start
remote: none
concurrency: 3
branch: "task/{slug}-{id}"
land: auto
commits: batch
merge: squash
agents:
  security-specialist: { adapter: claude, model: opus, instructions: "Look for injection first." }
  scribe:  { adapter: shell, command: ["sh", "-c", "cat > notes/$OSIER_SLUG.md"], env: [TOKEN], limits: { attempt: 1h, idle: 90 } }
agent: security-specialist
gates:
  test:   { run: ["npm", "test"], timeout: 10m }
  golden: { run: ["node", "evals/run.js"], protect: ["evals/golden/**"] }
  short: npm run "lint all"
  list: [npm, run, types]
tree:
  root: ../myrepo.osier
  copy: [".env"]
  setup: [{ run: ["npm", "ci"], when: ["package-lock.json"] }, make all]
  keep_ignored: ["node_modules"]
  env: { CI: "1" }
limits: { attempt: 20m, idle: 5m, retries: 1 }
keep: { max: 1GB }
plugins: ["./agents/my-agent.ts"]
`

describe("osier.yaml", () => {
  it("is taken as a person writes it", () => {
    expect(fine(whole)).toEqual({
      target: "main",
      onRedTarget: "stop",
      remote: "none",
      namespace: "refs/osier/",
      concurrency: 3,
      branch: "task/{slug}-{id}",
      land: "auto",
      commits: "batch",
      merge: "squash",
      commit: { title: "auto", trailers: "full" },
      keepBranch: false,
      agents: {
        "security-specialist": {
          name: "security-specialist",
          adapter: "claude",
          model: "opus",
          instructions: "Look for injection first.",
          env: [],
        },
        scribe: {
          name: "scribe",
          adapter: "shell",
          command: ["sh", "-c", "cat > notes/$OSIER_SLUG.md"],
          env: ["TOKEN"],
          attemptMs: 3_600_000,
          idleMs: 90_000,
        },
      },
      agent: "security-specialist",
      gates: [
        { name: "test", run: ["npm", "test"], timeoutMs: 600_000, protect: [], env: [] },
        { name: "golden", run: ["node", "evals/run.js"], timeoutMs: 600_000, protect: ["evals/golden/**"], env: [] },
        { name: "short", run: ["npm", "run", "lint all"], timeoutMs: 600_000, protect: [], env: [] },
        { name: "list", run: ["npm", "run", "types"], timeoutMs: 600_000, protect: [], env: [] },
      ],
      tree: {
        root: "../myrepo.osier",
        isolation: "worktree",
        copy: [".env"],
        setup: [
          { run: ["npm", "ci"], when: ["package-lock.json"] },
          { run: ["make", "all"], when: [] },
        ],
        keepIgnored: ["node_modules"],
        env: { CI: "1" },
      },
      limits: { attemptMs: 1_200_000, idleMs: 300_000, graceMs: 5000, retries: 1, conflicts: 5 },
      hold: ["env", "keys"],
      keep: { maxBytes: 1_000_000_000 },
      outside: "report",
      plugins: ["./agents/my-agent.ts"],
    })
  })

  it("may be empty or absent, and its defaults are the documented ones", () => {
    const settings = fine("")
    expect(resolveSettings({})).toEqual({ settings, problems: [] })
    expect(fine("# nothing but words\n")).toEqual(settings)
    const standard = Object.fromEntries(settingsDocs.map(({ key, default: value }) => [key, value]))
    for (const key of ["remote", "branch", "land", "commits", "merge", "outside"] as const) expect(settings[key]).toBe(standard[key])
    expect(settings.tree.isolation).toBe(standard["tree.isolation"])
    expect([settings.concurrency, settings.limits.retries, settings.keepBranch].map(String)).toEqual([
      standard["concurrency"],
      standard["limits.retries"],
      standard["keep_branch"],
    ])
    const { attemptMs, idleMs, graceMs } = settings.limits
    const documented = ["limits.attempt", "limits.idle", "limits.grace"].map((key) => Result.getOrThrow(parseDuration(standard[key] ?? "")))
    expect([attemptMs, idleMs, graceMs]).toEqual(documented)
    expect(settings.keep.maxBytes).toBe(Result.getOrThrow(parseSize(standard["keep.max"] ?? "")))
    expect(fine("gates: { a: b }").gates[0]?.timeoutMs).toBe(Result.getOrThrow(parseDuration(standard["gates.<name>.timeout"] ?? "")))
  })

  it("has a default agent when there is exactly one", () => {
    expect(fine("agents: { a: { adapter: claude } }").agent).toBe("a")
    expect(fine("agents: { a: { adapter: claude }, b: { adapter: pi } }").agent).toBeUndefined()
    const settings = fine("agent: claude")
    expect(agentProfile(settings, "claude", ["claude"])).toEqual({ name: "claude", adapter: "claude", env: [] })
    expect(agentProfile(settings, "toString", ["claude"])).toBeUndefined()
  })

  it.each([
    ["concurency: 4", ['osier.yaml:1:1: concurency: unknown key "concurency" | did you mean concurrency?']],
    ["\nlimits:\n  idel: 5m", ['osier.yaml:3:3: limits.idel: unknown key "idel" | did you mean idle?']],
    [
      "agents:\n  a: { adaptor: claude }",
      ['osier.yaml:2:8: agents.a.adaptor: unknown key "adaptor" | did you mean adapter?', "osier.yaml:2:3: agents.a.adapter: is missing"],
    ],
    ["concurrency: many", ['osier.yaml:1:14: concurrency: expected number, not "many"']],
    ["concurrency: 0", ["osier.yaml:1:14: concurrency: must be between 1 and 1000"]],
    ["land: later", ['osier.yaml:1:7: land: expected "auto" | "review" | "pr", not "later"']],
    ["target: 2024", ["osier.yaml:1:9: target: expected string, not 2024"]],
    ["branch: work/{slug}", ["osier.yaml:1:9: branch: has no {id}"]],
    ["limits: { attempt: soon }", ['osier.yaml:1:20: limits.attempt: "soon" is not a length of time']],
    ["limits: { idle: 0 }", ["osier.yaml:1:17: limits.idle: must be more than nothing | write it as 90s"]],
    ["keep: { max: lots }", ['osier.yaml:1:14: keep.max: "lots" is not a number of bytes']],
    ["gates:\n  test: npm test && npm run lint", ['osier.yaml:2:9: gates.test: the command "npm test && npm run lint" uses "&"']],
    ["gates:\n  test: { run: [] }", ["osier.yaml:2:16: gates.test.run: names no program"]],
    ["gates:\n  test: { run: a, tiemout: 5m }", ['osier.yaml:2:19: gates.test.tiemout: unknown key "tiemout" | did you mean timeout?']],
    ["gates:\n  a b: npm test", ['osier.yaml:2:3: gates.a b: "a b" is no name']],
    ["tree: { setup: [{ rum: a }] }", ['unknown key "rum" | did you mean run?']],
    ["tree: { copy: [../x] }", ['osier.yaml:1:16: tree.copy[0]: leads outside with ".."']],
    ["agents: { a: { adapter: cluade } }", ["osier.yaml:1:25: agents.a.adapter: unknown adapter cluade | did you mean claude?"]],
    ["agents: { a: { adapter: shell } }", ["osier.yaml:1:14: agents.a: a shell agent without a command"]],
    ["agents: { scribe: { adapter: claude } }\nagent: scribbe", ["osier.yaml:2:8: agent: unknown agent scribbe | did you mean scribe?"]],
    ["agent: shell", ["osier.yaml:1:8: agent: shell alone is no agent"]],
    ["land: auto\nland: pr", ["osier.yaml:2:1: this key is given twice"]],
    ["land: [", ["osier.yaml:1:8: can't be read"]],
    ["- a", ["osier.yaml:1:1: expected object"]],
  ])("%j is told with its place", (text, expected) => {
    const said = told(text)
    for (const [index, start] of expected.entries()) expect(said[index]).toContain(start)
    expect(said.length).toBeLessThanOrEqual(Math.max(expected.length, 2))
  })

  it("tells everything at once, and refuses as a usage error", () => {
    const { problems } = resolveSettings({ fileText: "land: x\nmerge: y\nfoo: 1\nlimits: { grace: z }" })
    expect(new Set(problems.map(({ line }) => line))).toEqual(new Set([1, 2, 3, 4]))
    expect(SettingsRefused.of(problems)).toMatchObject({ exit: 2, _tag: "SettingsRefused" })
  })

  it.each(["acp", "gemini", "opencode"])("refuses the adapter %s, which osier does not have", (name) => {
    expect(told(`agents: { a: { adapter: ${name} } }`)).toEqual([expect.stringContaining(`unknown adapter ${name} |`)])
    expect(told(`agent: ${name}`)).toEqual([expect.stringContaining(`unknown agent ${name} |`)])
  })

  it("takes unknown adapters only where plugins may bring them", () => {
    expect(told("agents: { a: { adapter: mine } }\nplugins: [./mine.ts]")).toEqual([])
    expect(told("agents: { a: { adapter: mine } }", { adapters: [{ name: "mine" }] })).toEqual([])
  })
})

describe("where settings come from", () => {
  it("flags beat variables beat the file beats defaults", () => {
    const fileText = "concurrency: 5\nland: review\nlimits: { attempt: 1m, idle: 2m }"
    const env = {
      OSIER_SET_CONCURRENCY: "6",
      OSIER_SET_LIMITS_ATTEMPT: "1h",
      OSIER_SET_TREE_KEEP_IGNORED: "a, b",
      OSIER_TASK: "1",
      OSIER_SET_TARGET: "",
      PATH: "/bin",
    }
    const flags = { concurrency: "7", branch: "x/0012-{id}", keep_branch: true, merge: undefined, plugins: ["a.ts"] }
    expect(fine(fileText, { env, flags })).toMatchObject({
      concurrency: 7,
      land: "review",
      branch: "x/0012-{id}",
      keepBranch: true,
      plugins: ["a.ts"],
      limits: { attemptMs: 3_600_000, idleMs: 120_000, retries: 2 },
      tree: { keepIgnored: ["a", "b"], isolation: "worktree" },
    })
    expect(fine(fileText, { env }).concurrency).toBe(6)
    expect(fine("", { env: { OSIER_SET_TARGET: "0012" } }).target).toBe("0012")
    expect(fine("", { env: { OSIER_SET_LIMITS_IDLE: "90", OSIER_SET_KEEP_BRANCH: "true" } })).toMatchObject({
      keepBranch: true,
      limits: { idleMs: 90_000 },
    })
  })

  it.each([
    [{ env: { OSIER_SET_CONCURENCY: "5" } }, "OSIER_SET_CONCURENCY: unknown setting | did you mean OSIER_SET_CONCURRENCY?"],
    [{ flags: { concurency: "5" } }, "concurency: unknown setting | did you mean concurrency?"],
    [{ env: { OSIER_SET_CONCURRENCY: "five" } }, 'OSIER_SET_CONCURRENCY: expected number, not "five"'],
    [{ env: { OSIER_SET_AGENT: "nobody-at-all" } }, "OSIER_SET_AGENT: unknown agent nobody-at-all"],
    [{ flags: { land: "later" } }, "land: expected"],
    [{ env: { OSIER_SET_LIMITS_ATTEMPT: "long" } }, 'OSIER_SET_LIMITS_ATTEMPT: "long" is not a length of time'],
    [{ env: { OSIER_SET_KEEP_BRANCH: "maybe" } }, "OSIER_SET_KEEP_BRANCH: expected boolean"],
  ])("%j is told by its own name", (more, expected) => {
    const said = told("", more)
    expect(said).toHaveLength(1)
    expect(said[0]).toContain(expected)
  })
})

describe("the documentation of settings", () => {
  it("has exactly the keys of the schema", () => {
    const documented = settingsDocs.map(({ key }) => key)
    expect(documented.filter((key) => key !== "tree.setup").toSorted()).toEqual(schemaKeys().toSorted())
    expect(new Set(settingsDocs.map(({ key }) => variableOf(key))).size).toBe(documented.length)
  })
  it("stands in the JSON Schema too", () => {
    const schema = settingsJsonSchema()
    expect(valueAt(schema, ["additionalProperties"])).toBe(false)
    expect(valueAt(schema, ["properties", "limits", "properties", "attempt", "description"])).toBe(
      "The longest time for one attempt at a task.",
    )
    expect(valueAt(schema, ["properties", "agents", "additionalProperties", "properties", "model", "description"])).toBe(
      "The model to ask for.",
    )
    const text = JSON.stringify(schema)
    for (const { key, meaning } of settingsDocs) expect([key, text.includes(JSON.stringify(meaning))]).toEqual([key, true])
  })
})
