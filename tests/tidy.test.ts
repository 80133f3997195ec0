import { describe, expect, test } from "vitest"
import { houseRules } from "./support/houseRules.ts"
import { files, parseSource, sources, textOf } from "./support/source.ts"

describe("the house", () => {
  test.each(Object.entries(houseRules))("%s", (_promise, rule) => {
    expect(rule(sources).join("\n")).toBe("")
  })

  test("exact versions only", () => {
    const { dependencies, devDependencies } = JSON.parse(textOf("package.json"))
    const loose = Object.entries<string>({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    )
    expect(loose.map(([name, version]) => `${name} ${version}: write the exact version`).join("\n")).toBe("")
  })

  test("the lock file holds every package, of every platform, and no registry", () => {
    interface Locked {
      readonly dependencies?: Readonly<Record<string, string>>
      readonly optionalDependencies?: Readonly<Record<string, string>>
      readonly resolved?: string
    }
    const packages: Readonly<Record<string, Locked>> = JSON.parse(textOf("package-lock.json")).packages
    // Node looks in the package's own node_modules, then in those of the packages around it.
    const found = (from: string, name: string): boolean =>
      `${from}${from === "" ? "" : "/"}node_modules/${name}` in packages ||
      (from !== "" && found(from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/"))), name))
    const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies }).flatMap((name) => (found(path, name) ? [] : [`${path} needs ${name}`])),
    )
    expect(missing.join("\n")).toBe("")
    expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith("http"))).toEqual([])
  })

  // recorded output of agent programs names the machines it was recorded on
  const recorded = (file: string) => file.startsWith("tests/agents/transcripts/") || file === "tests/tidy.test.ts"
  const elsewhere = [
    /registry\.[\w.-]+\.\w+|npm\.pkg\.\w+|\bverdaccio\b/i,
    /(?<![\w.])\/(home|Users)\/(?!you\b|me\b|someone\b|dev\b|user\b)\w+|(?<![\w./-])\/(root|work)\//,
  ]
  test("no registry host and no path of one machine", () => {
    const found = files
      .filter((file) => !recorded(file))
      .flatMap((file) =>
        textOf(file)
          .split("\n")
          .flatMap((line, index) =>
            elsewhere.some((pattern) => pattern.test(line))
              ? [`${file}:${index + 1} names one machine or registry: ${line.trim().slice(0, 80)}`]
              : [],
          ),
      )
    expect(found.join("\n")).toBe("")
  })
})

describe("each rule can fail", () => {
  const planted: readonly (readonly [string, string, string])[] = [
    ["a floor looks down, never up", "core/domain/x.ts", `import type { Git } from "../world/git.ts"`],
    ["a floor looks down, never up", "plugins/pi/x.ts", `import { claude } from "../claude/claude.ts"`],
    ["a floor looks down, never up", "core/engine/x.ts", `const late = import("../../plugins/index.ts")`],
    ["a floor looks down, never up", "scripts/x.ts", `import { Git } from "../core/world/git/git.ts"`],
    ["no import cycles, types counted", "core/domain/x.ts", `export type A = import("./x.ts").A`],
    ["wings of a floor form no circle", "core/domain/text/x.ts", `import type { Task } from "../task/task.ts"`],
    ["no dead file", "core/domain/x.ts", ""],
    ["no long file", "core/domain/x.ts", "\n".repeat(251)],
    ["no long function", "core/domain/x.ts", `const x = () => {${"\n".repeat(70)}}`],
    ["no name that says nothing", "core/domain/gitUtils.ts", ""],
    ["no name that says nothing", "core/helpers/x.ts", ""],
    ["nothing unfinished", "core/domain/x.ts", "// FIXME later"],
    ["nothing unfinished", "core/domain/x.ts", `throw new Error("not implemented")`],
    ["nothing silenced", "core/domain/x.ts", "// @ts-ignore"],
    ["nothing silenced", "core/domain/x.ts", "// oxlint-disable-next-line no-eval"],
    ["Effect: deep imports, unstable modules only by their owners", "core/domain/x.ts", `import { Effect } from "effect"`],
    ["Effect: deep imports, unstable modules only by their owners", "core/world/x.ts", `import * as FileSystem from "effect/FileSystem"`],
    ["imports: node: prefix, file endings, real dependencies", "core/world/x.ts", `import { join } from "path"`],
    ["imports: node: prefix, file endings, real dependencies", "core/world/x.ts", `import { $ } from "zx"`],
    ["imports: node: prefix, file endings, real dependencies", "core/world/x.ts", `import { a } from "./git"`],
    ["no runtime's own globals", "core/world/x.ts", `const v = process.versions.bun`],
    ["no runtime's own globals", "core/world/x.ts", `const v = "deno" in process.versions`],
    ["no runtime's own globals", "plugins/pi/x.ts", `Deno.exit()`],
    ["a pure domain", "core/domain/x.ts", `const now = Date.now()`],
    ["a pure domain", "core/domain/x.ts", `const now = new Date()`],
    ["a pure domain", "core/domain/x.ts", `import { readFileSync } from "node:fs"`],
    ["clock, chance and variables only from their owners", "core/world/x.ts", `const now = Date.now()`],
    ["clock, chance and variables only from their owners", "core/steps/x.ts", `const now = new Date()`],
    ["clock, chance and variables only from their owners", "core/engine/x.ts", `const ms = performance.now()`],
    ["clock, chance and variables only from their owners", "core/engine/x.ts", `const dice = Math.random()`],
    ["clock, chance and variables only from their owners", "core/cli/x.ts", `const home = process.env["HOME"]`],
    ["git is never forced", "core/steps/x.ts", `git("reset", ["--hard"])`],
    ["git is never forced", "core/steps/x.ts", `run(["clean", "-xfd"])`],
    ["git is never forced", "core/steps/x.ts", `run(["branch", "-D", name])`],
    ["git is never forced", "core/steps/x.ts", `run(["worktree", "remove", "-f", path])`],
    ["tests mirror core", "tests/domain/nothingOfThatName.test.ts", ""],
  ]
  test.each(planted)("%s: %s", (promise, file, text) => {
    const found = houseRules[promise]?.([...sources, parseSource(file, text)]) ?? []
    expect(found.filter((line) => line.startsWith(file))).toHaveLength(1)
  })

  const innocent: readonly (readonly [string, string, string])[] = [
    ["git is never forced", "core/steps/x.ts", `run(["push", "--atomic", "--force-with-lease=a:b"])`],
    ["git is never forced", "core/steps/x.ts", `run(["branch", "-d", name])`],
    ["a pure domain", "core/domain/x.ts", `const then = new Date(0)`],
    ["nothing unfinished", "core/domain/x.ts", "// todos are tasks"],
    ["no name that says nothing", "core/domain/commonality.ts", ""],
    ["Effect: deep imports, unstable modules only by their owners", "core/domain/x.ts", `import * as Effect from "effect/Effect"`],
  ]
  test.each(innocent)("but not for nothing: %s: %s %j", (promise, file, text) => {
    const found = houseRules[promise]?.([...sources, parseSource(file, text)]) ?? []
    expect(found.filter((line) => line.startsWith(file))).toEqual([])
  })
})
