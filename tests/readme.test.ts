import { existsSync } from "node:fs"
import { join, posix } from "node:path"
import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import { argsOf, type Command } from "../core/cli/command.ts"
import { parseCommandLine } from "../core/cli/commandLine.ts"
import { commands } from "../core/cli/commands.ts"
import { parsePlan } from "../core/domain/plan/plan.ts"
import { PlanTask } from "../core/domain/plan/planYaml.ts"
import { resolveSettings } from "../core/domain/settings/settingsFile.ts"
import { shellWords } from "../core/domain/text/shellWords.ts"
import { adapters } from "../plugins/index.ts"
import { reference } from "../scripts/docs/reference.ts"
import { files, textOf } from "./support/source.ts"

const root = join(import.meta.dirname, "..")
/** Every page for people: the ones at the root, and all of docs/. */
const pages: Readonly<Record<string, string>> = Object.fromEntries(
  files.filter((file) => /^(README|CONTRIBUTING|docs\/.*)\.md$/.test(file)).map((file) => [file, textOf(file)]),
)
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
  ...ofCode.filter((line) => !ofPage.includes(line)).map((line) => `add to the page: ${line}`),
  ...ofPage.filter((line) => !ofCode.includes(line)).map((line) => `remove from the page: ${line}`),
  ...ofPage.filter((line, at) => ofPage.indexOf(line) !== at).map((line) => `twice in the page: ${line}`),
]

const code = (text: string): string => (text === "" ? "" : `\`${text}\``)

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

const planFaults = (page: string): readonly string[] => {
  const known = { agents: [], adapters: adapters.map(({ name }) => name), gates: [], agent: "claude" }
  const plan = parsePlan([{ path: "plan.yaml", text: yamlIn(page, "plan.yaml") }], known)
  return plan.tasks.length === 0 ? ["there is none"] : plan.problems.map(({ message }) => message)
}

/** What stands in backticks and looks like a path of the project. */
const pathsIn = (page: string): readonly string[] => [
  ...new Set(
    [...page.matchAll(/(?<![\w./-])((?:core|plugins|scripts|tests)\/[\w./-]*|[\w]+\.config\.ts)/g)].map((found) => found[1] ?? ""),
  ),
]

/** Where the links of a page lead that lead nowhere. */
const deadLinks = (page: string, from: string): readonly string[] =>
  [...page.matchAll(/(?<!!)\[[^\]]*\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g)].flatMap(([link, path = "", anchor = ""]) => {
    const to = path === "" ? from : posix.join(posix.dirname(from), path)
    if (!existsSync(join(root, to))) return [`${link}: there is no ${to}`]
    const text = to === from ? page : (pages[to] ?? "")
    return anchor === "" || anchorsOf(text).includes(anchor) ? [] : [`${link}: ${to} has no such heading`]
  })
/** The anchors that a host makes of a page's headings. */
const anchorsOf = (page: string): readonly string[] =>
  page
    .replaceAll(/^```[\s\S]*?^```/gm, "")
    .split("\n")
    .filter((line) => /^#+ /.test(line))
    .map(
      (line) =>
        `#${line
          .replace(/^#+ /, "")
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
          .replaceAll(" ", "-")}`,
    )

/** What a page says that the code says too: where it stands, and how it finds the faults of such a page, one line each. */
interface Claim {
  readonly file: string
  readonly faults: (page: string) => readonly string[]
}
const claims: Readonly<Record<string, Claim>> = {
  "README.md is read in one go": {
    file: "README.md",
    faults: (page) => (page.split("\n").length > 201 ? ["it has more than 200 lines: move what is not needed at first to docs/"] : []),
  },
  dependencies: {
    file: "CONTRIBUTING.md",
    faults: (page) =>
      compared(
        [
          ...Object.entries(manifest.dependencies).map(([name, version]) => `${code(name)} | ${version} | ships`),
          ...Object.entries(manifest.devDependencies).map(([name, version]) => `${code(name)} | ${version} | development`),
        ],
        written(page, "dependencies", 3),
      ),
  },
  "a reason for each dependency": {
    file: "CONTRIBUTING.md",
    faults: (page) => rows(page, "dependencies").flatMap(([name = "", , , reason = ""]) => (reason.length < 10 ? [name] : [])),
  },
  "fields of a plan": {
    file: "docs/guide.md",
    faults: (page) =>
      compared(
        Object.keys(PlanTask.fields),
        [...part(page, "plan").matchAll(/`(\w+)`/g)].map(([, key = ""]) => key),
      ),
  },
  environment: {
    file: "docs/agents.md",
    faults: (page) =>
      compared(
        environmentRows(),
        rows(page, "environment").map(([name = "", , whose = ""]) => `${name} | ${whose}`),
      ),
  },
  "settings that are refused": { file: "README.md", faults: (page) => compared(refusedFields(), written(page, "refused", 1)) },
  "nine promises, each with its tests": {
    file: "docs/promises.md",
    faults: (page) =>
      rows(page, "promises").length === 9
        ? rows(page, "promises").flatMap(([number = "", , tests = ""]) =>
            /`tests\/\S+\.test\.ts`/.test(tests) ? [] : [`promise ${number}`],
          )
        : ["there are nine promises"],
  },
  "wings of the floors": {
    file: "docs/architecture.md",
    faults: (page) =>
      compared(
        [...new Set(files.flatMap((file) => /^core\/(?:engine|steps|world|domain)\/\w+(?=\/)/.exec(file) ?? []))].map(code),
        written(page, "wings", 1),
      ),
  },
  "the adapters": {
    file: "docs/agents.md",
    faults: (page) => {
      const told = rows(page, "adapters").map(([name, , settings, variables]) => `${name} ${settings} ${variables}`)
      const wanted = adapters.map(
        ({ name, home, env = [] }) =>
          `\`${name}\` ${home === undefined ? "" : `\`~/${home.folder}\`, or where \`${home.variable}\` says`} ${env.map((one) => `\`${one}\``).join(", ")}`,
      )
      return told.join("\n") === wanted.join("\n") ? [] : [`its table should say:\n${wanted.join("\n")}`]
    },
  },
  "verbs that are to come": {
    file: "README.md",
    faults: (page) =>
      [...(/\*\*Verbs to come:\*\*(.*)/.exec(page)?.[1] ?? "").matchAll(/`(\w+)`/g)].flatMap(([, verb = ""]) =>
        commands.some(({ name }) => name === verb) ? [`${verb} is here: remove it from "Verbs to come"`] : [],
      ),
  },
  "the osier.yaml": {
    file: "docs/guide.md",
    faults: (page) => {
      const fileText = yamlIn(page, "osier.yaml")
      if (fileText === "") return ["there is none"]
      return resolveSettings({ fileText, path: "osier.yaml", adapters }).problems.map(({ message }) => message)
    },
  },
  "the plan.yaml": { file: "docs/guide.md", faults: planFaults },
  "the plan.yaml of the first page": { file: "README.md", faults: planFaults },
}

/** What holds for every page, whatever it is about. */
const everywhere: Readonly<Record<string, (page: string, file: string) => readonly string[]>> = {
  "paths that exist": (page) => pathsIn(page).filter((path) => !existsSync(join(root, path))),
  "what one types": (page) => typedIn(page).flatMap(mistyped),
  "links that lead somewhere": deadLinks,
}

/** What a generated page says otherwise than the code. */
const outdated = (file: string, page: string): readonly string[] => (reference[file]?.() === page ? [] : [`${file}: type npm run docs`])

describe("README.md says what the code says, and so does every page", () => {
  test.each(Object.entries(claims))("%s", (_, { file, faults }) => {
    expect(faults(pages[file] ?? "")).toEqual([])
  })
  test.each(Object.entries(everywhere))("%s", (_, faults) => {
    expect(Object.entries(pages).flatMap(([file, page]) => faults(page, file).map((fault) => `${file}: ${fault}`))).toEqual([])
  })
  test.each(Object.keys(reference))("%s is as it is generated", (file) => {
    expect(outdated(file, pages[file] ?? "")).toEqual([])
  })
  test("every page of the reference is generated, and every page is linked", () => {
    expect(Object.keys(pages).filter((file) => file.startsWith("docs/reference/"))).toEqual(Object.keys(reference).toSorted())
    const linked = Object.entries(pages).flatMap(([from, page]) =>
      [...page.matchAll(/\]\(([\w./-]+\.md)/g)].map(([, to = ""]) => posix.join(posix.dirname(from), to)),
    )
    expect(Object.keys(pages).filter((file) => file !== "README.md" && !linked.includes(file))).toEqual([])
  })
  test("a shape of --json for each verb", () => {
    for (const command of commands) {
      const forms = Object.keys(command.json)
      expect([command.name, forms.length]).not.toEqual([command.name, 0])
      for (const form of forms) {
        const words = form.split(" ").filter((word) => !word.startsWith("-"))
        expect(words[0]).toBe(command.name)
        const missing = Array.from({ length: Math.max(0, argsOf(command).least + 1 - words.length) }, () => " 1")
        expect(mistyped(`osier ${form}${missing.join("")}`)).toEqual([])
      }
    }
  })
})

describe("each of these can fail", () => {
  const spoiled: readonly (readonly [string, string | RegExp, string])[] = [
    ["README.md is read in one go", "\n", "\n".repeat(201)],
    ["dependencies", /\| `yaml` \| [\d.]+/, "| `yaml` | 0.0.1"],
    ["a reason for each dependency", /^(\| `zx` \|.*\| )[^|]* \|$/m, "$1 |"],
    ["fields of a plan", "`labels`, ", ""],
    ["environment", /^\| `OSIER_PORT`.*\n/m, ""],
    ["environment", /(`OSIER_EVIDENCE` .*)agents/, "$1both"],
    ["settings that are refused", /^\| `tree.isolation` \| `clone`.*\n/m, ""],
    ["nine promises, each with its tests", /^\| 9 .*\n/m, ""],
    ["nine promises, each with its tests", /(?<=^\| 9 .*\| )`tests.*`/m, "believe us"],
    ["wings of the floors", /^\| `core\/engine\/train` .*\n/m, ""],
    ["verbs that are to come", "**Verbs to come:**", "**Verbs to come:** `run`,"],
    ["the osier.yaml", "concurrency: 3", "concurency: 3"],
    ["the plan.yaml", "needs: [schema]", "needs: [shema]"],
    ["the plan.yaml of the first page", "needs: [schema]", "needs: [shema]"],
  ]
  test.each(spoiled)("%s: without %s", (name, from, to) => {
    const claim = claims[name]
    const whole = pages[claim?.file ?? ""] ?? ""
    const page = whole.replace(from, to)
    expect(page).not.toBe(whole)
    expect(claim?.faults(page)).not.toEqual([])
  })

  const wrong: readonly (readonly [string, string])[] = [
    ["paths that exist", "`core/plugins.ts`"],
    ["what one types", "```sh\nosier run --from plan.yaml --try\n```"],
    ["links that lead somewhere", "[there](docs/nowhere.md)"],
    ["links that lead somewhere", "[there](docs/reference/cli.md#dance)"],
    ["links that lead somewhere", "[there](#nowhere)"],
  ]
  test.each(wrong)("%s: %s", (name, page) => {
    expect(everywhere[name]?.(page, "README.md")).toHaveLength(1)
  })
  test("a page of the reference that was edited by hand, or is behind the code", () => {
    for (const file of Object.keys(reference)) expect(outdated(file, `${pages[file]}\n`)).toHaveLength(1)
    for (const [file, line] of [
      ["settings", "| `concurrency` | `3` |"],
      ["cli", "| 4 | held by another |"],
      ["cli", "### doctor"],
      ["events", "| `Landed` | `tasks`, "],
      ["json", "| `osier stop` | "],
    ] as const)
      expect(reference[`docs/reference/${file}.md`]?.()).toContain(line)
  })
})

test("every example in the help is understood, and each verb has one of its own", () => {
  expect(commands.flatMap(({ examples }) => examples.flatMap(mistyped))).toEqual([])
  for (const { name, examples } of commands) expect(examples[0]).toContain(`osier ${name}`)
  expect(mistyped("osier run --form x")).toHaveLength(1)
})

test("every example, summary and flag in the help is short: a summary is one clause, without a full stop", () => {
  const long = commands.flatMap(({ name, summary }) =>
    summary.length > 72 || /[.;]/.test(summary.replace("osier.yaml", "")) ? [name] : [],
  )
  expect(long).toEqual([])
  const ended = commands.flatMap(({ options }: Command) => (options ?? []).filter(({ meaning }) => meaning.endsWith(".")))
  expect(ended).toEqual([])
})

test(".nvmrc names the Node that package.json pins", () => {
  expect(textOf(".nvmrc").trim()).toBe(manifest.devDependencies["node"])
})

test("CHANGELOG.md tells of the version that is in package.json, or of what comes next", () => {
  const { version }: { readonly version: string } = JSON.parse(textOf("package.json"))
  expect(changelog).toMatch(new RegExp(`^## \\[(Unreleased|${version.replaceAll(".", "\\.")})\\]`, "m"))
})
