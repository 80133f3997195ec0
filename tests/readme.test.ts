import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"
import { parseCommandLine } from "../core/cli/commandLine.ts"
import { commands } from "../core/cli/commands.ts"
import { programHelp } from "../core/cli/help.ts"
import { Event } from "../core/domain/event/event.ts"
import { parsePlan } from "../core/domain/plan/plan.ts"
import { PlanTask } from "../core/domain/plan/planYaml.ts"
import { settingsDocs } from "../core/domain/settings/settingsDocs.ts"
import { resolveSettings } from "../core/domain/settings/settingsFile.ts"
import { shellWords } from "../core/domain/text/shellWords.ts"
import { textOf } from "./support/source.ts"

const root = join(import.meta.dirname, "..")
const readme = textOf("README.md")
const changelog = textOf("CHANGELOG.md")
const manifest: { readonly dependencies: Record<string, string>; readonly devDependencies: Record<string, string> } = JSON.parse(
  textOf("package.json"),
)

/** The part of the page between `<!-- name -->` and `<!-- end -->`. */
const part = (page: string, name: string): string => page.split(`<!-- ${name} -->\n`)[1]?.split("<!-- end -->")[0] ?? ""

/** The cells of a table's rows, without its head. */
const rows = (page: string, name: string): readonly (readonly string[])[] =>
  part(page, name)
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("\\|", "|")),
    )

const written = (page: string, name: string, cells = 9): readonly string[] => rows(page, name).map((row) => row.slice(0, cells).join(" | "))

/** What the code says and the page doesn't, and the other way round, one line each. */
const compared = (ofCode: readonly string[], ofPage: readonly string[]): readonly string[] => [
  ...ofCode.filter((line) => !ofPage.includes(line)).map((line) => `add to README.md: ${line}`),
  ...ofPage.filter((line) => !ofCode.includes(line)).map((line) => `remove from README.md: ${line}`),
  ...ofPage.filter((line, at) => ofPage.indexOf(line) !== at).map((line) => `twice in README.md: ${line}`),
]

const code = (text: string): string => (text === "" ? "" : `\`${text}\``)

const EventSchema = Schema.Struct({
  anyOf: Schema.Array(Schema.Struct({ properties: Schema.Record(Schema.String, Schema.Unknown), required: Schema.Array(Schema.String) })),
})

/** Each event's name and its fields beyond the head, as the table writes them. */
const eventRows = (): readonly string[] => {
  const { anyOf } = Schema.decodeUnknownSync(EventSchema)(Schema.toJsonSchemaDocument(Event).schema)
  return anyOf.map(({ properties, required }, at) => {
    const fields = Object.keys(properties).filter((key) => !["seq", "at", "run", "type"].includes(key))
    const name = Event.members[at]?.fields.type.literal ?? ""
    return `\`${name}\` | ${fields.map((field) => code(required.includes(field) ? field : `${field}?`)).join(", ")}`
  })
}

const exitRows = (): readonly string[] =>
  (/^Exit codes: (.*)$/m.exec(programHelp("osier", "", commands, []))?.[1] ?? "")
    .split(" · ")
    .map((one) => one.replace(/^(\d+) (.*)$/, "$1 | $2"))

const refusedFields = (): readonly string[] =>
  [...textOf("core/engine/context/runContext.ts").matchAll(/new NotBuilt\(\{\s*field: "([^"]+)"/g)].map((found) => code(found[1] ?? ""))

const environmentOf = (file: string): readonly string[] => [
  ...new Set([...textOf(file).matchAll(/\b(OSIER_[A-Z_]+):/g)].map((found) => code(found[1] ?? ""))),
]
const environmentRows = (): readonly string[] => {
  const [agents, gates] = [environmentOf("core/engine/attempt/prepare.ts"), environmentOf("core/steps/gate/gateEnvironment.ts")]
  return agents.map((name) => `${name} | ${gates.includes(name) ? "both" : "agents"}`)
}

const program = { name: "osier", version: "0", about: "", examples: [], commands }
/** What is wrong with a line as one would type it; comments and what follows a pipe or `>` are the shell's. */
const mistyped = (line: string): readonly string[] => {
  const typed = line.split(/ {2}# | \| | > /)[0]?.trim() ?? ""
  const words = shellWords(typed.replace(/^(?:source <\((.*)\)|cd "\$\((.*)\)")$/, "$1$2"))
  if (Result.isFailure(words)) return [`${line}: ${words.failure.message}`]
  const parsed = parseCommandLine(words.success.slice(1), program)
  return Result.isFailure(parsed) ? [`${line}: ${parsed.failure.message}`] : []
}
const typedIn = (page: string): readonly string[] =>
  [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) => block.split("\n").filter((line) => line.startsWith("osier ")))

const yamlIn = (page: string, name: string): string =>
  [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block).find((block) => block.startsWith(`# ${name}\n`)) ?? ""

/** What stands in backticks and looks like a path of the project. */
const pathsIn = (page: string): readonly string[] => [
  ...new Set(
    [...page.matchAll(/(?<![\w./-])((?:core|plugins|scripts|tests)\/[\w./-]*|[\w]+\.config\.ts)/g)].map((found) => found[1] ?? ""),
  ),
]

/** Everything the page says that the code says too: the faults of a page, one line each. */
const claims: Readonly<Record<string, (page: string) => readonly string[]>> = {
  settings: (page) =>
    compared(
      settingsDocs.map(({ key, default: standard, meaning }) => `${code(key)} | ${code(standard)} | ${meaning}`),
      written(page, "settings"),
    ),
  verbs: (page) =>
    compared(
      commands.map(({ name, summary }) => `${code(name)} | ${summary}`),
      written(page, "verbs"),
    ),
  "exit codes": (page) => compared(exitRows(), written(page, "exits")),
  events: (page) => compared(eventRows(), written(page, "events", 2)),
  "a meaning for each event": (page) => rows(page, "events").flatMap(([name = "", , meaning]) => (meaning === "" ? [name] : [])),
  dependencies: (page) =>
    compared(
      [
        ...Object.entries(manifest.dependencies).map(([name, version]) => `${code(name)} | ${version} | ships`),
        ...Object.entries(manifest.devDependencies).map(([name, version]) => `${code(name)} | ${version} | development`),
      ],
      written(page, "dependencies", 3),
    ),
  "a reason for each dependency": (page) =>
    rows(page, "dependencies").flatMap(([name = "", , , reason = ""]) => (reason.length < 10 ? [name] : [])),
  "--json of every verb": (page) =>
    compared(
      commands.map(({ name }) => name),
      [...new Set(rows(page, "json").flatMap(([verbs = ""]) => [...verbs.matchAll(/`(\w+)/g)].map(([, verb = ""]) => verb)))],
    ),
  "fields of a plan": (page) =>
    compared(
      Object.keys(PlanTask.fields),
      [...part(page, "plan").matchAll(/`(\w+)`/g)].map(([, key = ""]) => key),
    ),
  environment: (page) =>
    compared(
      environmentRows(),
      rows(page, "environment").map(([name = "", , whose = ""]) => `${name} | ${whose}`),
    ),
  "settings that are refused": (page) => compared(refusedFields(), written(page, "refused", 1)),
  "nine promises, each with its tests": (page) =>
    rows(page, "promises").length === 9
      ? rows(page, "promises").flatMap(([number = "", , tests = ""]) => (/`tests\/\S+\.test\.ts`/.test(tests) ? [] : [`promise ${number}`]))
      : ["there are nine promises"],
  "verbs that are to come": (page) =>
    [...(/\*\*Verbs to come:\*\*(.*)/.exec(page)?.[1] ?? "").matchAll(/`(\w+)`/g)].flatMap(([, verb = ""]) =>
      commands.some(({ name }) => name === verb) ? [`${verb} is here: remove it from "Verbs to come"`] : [],
    ),
  "paths that exist": (page) => pathsIn(page).filter((path) => !existsSync(join(root, path))),
  "what one types": (page) => typedIn(page).flatMap(mistyped),
  "the osier.yaml": (page) => {
    const fileText = yamlIn(page, "osier.yaml")
    if (fileText === "") return ["there is none"]
    return resolveSettings({ fileText, path: "osier.yaml", env: {}, flags: {} }).problems.map(({ message }) => message)
  },
  "the plan.yaml": (page) => {
    const known = { agents: [], adapters: readdirSync(join(root, "plugins")), gates: [], agent: "claude" }
    const plan = parsePlan([{ path: "plan.yaml", text: yamlIn(page, "plan.yaml") }], known)
    return plan.tasks.length === 0 ? ["there is none"] : plan.problems.map(({ message }) => message)
  },
}

describe("README.md says what the code says", () => {
  test.each(Object.entries(claims))("%s", (_, faults) => {
    expect(faults(readme)).toEqual([])
  })
})

describe("each of these can fail", () => {
  const spoiled: readonly (readonly [string, string | RegExp, string])[] = [
    ["settings", "| `concurrency` | `3` |", "| `concurrency` | `4` |"],
    ["settings", /^\| `outside`.*\n/m, ""],
    ["verbs", /^\| `doctor`.*\n/m, ""],
    ["verbs", /^(\| `doctor` .*\n)/m, "$1| `dance` | Dances. |\n"],
    ["exit codes", "| 4 | held by another |", "| 4 | held |"],
    ["events", "| `Landed` | `tasks`, ", "| `Landed` | `task`, "],
    ["events", "`source?`", "`source`"],
    ["a meaning for each event", "| The target moved from `previous` to `commit`. |", "|  |"],
    ["dependencies", /\| `yaml` \| [\d.]+/, "| `yaml` | 0.0.1"],
    ["a reason for each dependency", /^(\| `zx` \|.*\| )[^|]* \|$/m, "$1 |"],
    ["--json of every verb", /^\| `stop` \| `\{.*\n/m, ""],
    ["fields of a plan", "`labels`, ", ""],
    ["environment", /^\| `OSIER_PORT`.*\n/m, ""],
    ["environment", /(`OSIER_EVIDENCE` .*)agents/, "$1both"],
    ["settings that are refused", /^\| `tree.isolation` \| `clone`.*\n/m, ""],
    ["nine promises, each with its tests", /^\| 9 .*\n/m, ""],
    ["nine promises, each with its tests", /(?<=^\| 9 .*\| )`tests.*`/m, "believe us"],
    ["verbs that are to come", "**Verbs to come:**", "**Verbs to come:** `run`,"],
    ["paths that exist", "`core/plugin.ts`", "`core/plugins.ts`"],
    ["what one types", "osier run --from plan.yaml --dry-run", "osier run --from plan.yaml --try"],
    ["the osier.yaml", "concurrency: 3", "concurency: 3"],
    ["the plan.yaml", "needs: [schema]", "needs: [shema]"],
  ]
  test.each(spoiled)("%s: without %s", (claim, from, to) => {
    const page = readme.replace(from, to)
    expect(page).not.toBe(readme)
    expect(claims[claim]?.(page)).not.toEqual([])
  })
})

test("every example in the help is understood, and each verb has one of its own", () => {
  expect(commands.flatMap(({ examples }) => examples.flatMap(mistyped))).toEqual([])
  for (const { name, examples } of commands) expect(examples[0]).toContain(`osier ${name}`)
  expect(mistyped("osier run --form x")).toHaveLength(1)
})

test("CHANGELOG.md tells of the version that is in package.json, or of what comes next", () => {
  const { version }: { readonly version: string } = JSON.parse(textOf("package.json"))
  expect(changelog).toMatch(new RegExp(`^## \\[(Unreleased|${version.replaceAll(".", "\\.")})\\]`, "m"))
})
