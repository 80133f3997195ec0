import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { parseCommandLine, type Program, wantsJson } from "../../core/cli/commandLine.ts"

const program: Program = {
  name: "osier",
  version: "1.2.3",
  about: "Runs many coding agents side by side.",
  examples: ['osier run "Add login page"  # one task'],
  commands: [
    {
      name: "run",
      args: "[...tasks]",
      summary: "Run tasks until all are landed.",
      options: [
        { flag: "-j, --jobs <n>", meaning: "how many at the same time" },
        { flag: "-f, --from <file...>", meaning: "a plan; may be repeated" },
        { flag: "--branch <name>", meaning: "the branch" },
        { flag: "--dry-run", meaning: "show the schedule only" },
        { flag: "-q, --quiet", meaning: "say less" },
        { flag: "--no-tree", meaning: "work in this checkout" },
        { flag: "--serve [port]", meaning: "offer the stream" },
      ],
      json: { run: "one event a line", "run --dry-run": "{ waves }" },
      examples: ['osier run -j 3 "a:scribe" "b:scribe"  # two tasks of one agent', "osier run --from plan.yaml"],
    },
    {
      name: "show",
      args: "<id>",
      summary: "Show a task.",
      json: { show: "{ … }" },
      examples: ["osier show 12  # everything about task 12"],
    },
    {
      name: "plugin",
      args: "<action> [name]",
      summary: "Check plugins.",
      json: { plugin: "{ … }" },
      examples: ["osier plugin check ./a.ts"],
    },
    { name: "ls", summary: "List tasks.", json: { ls: "{ … }" }, examples: ["osier ls"] },
  ],
}

const parse = (argv: readonly string[]) => parseCommandLine(argv, program)
const ask = (...argv: readonly string[]) => Result.getOrThrow(parse(argv))
const refusal = (...argv: readonly string[]) => Result.getOrThrow(Result.flip(parse(argv)))

describe("the command line", () => {
  it.each([
    [["run"], [], {}],
    [["run", "a", "b:scribe"], ["a", "b:scribe"], {}],
    [["run", "-j3"], [], { jobs: "3" }],
    [["run", "-j=3"], [], { jobs: "3" }],
    [["run", "-j", "3", "a"], ["a"], { jobs: "3" }],
    [["run", "--jobs=3"], [], { jobs: "3" }],
    [["run", "--jobs", "3", "--jobs", "4"], [], { jobs: "4" }],
    [["run", "--branch", "0012"], [], { branch: "0012" }],
    [["run", "--branch=1e3", "--jobs", "-1"], [], { branch: "1e3", jobs: "-1" }],
    [["run", "--branch=", "--branch=a=b"], [], { branch: "a=b" }],
    [["run", "--branch=--x"], [], { branch: "--x" }],
    [["run", "--from", "a", "-f", "b", "-fc"], [], { from: ["a", "b", "c"] }],
    [["run", "--from=007"], [], { from: ["007"] }],
    [["run", "0012", "1e3", "true", "-"], ["0012", "1e3", "true", "-"], {}],
    [["run", "--dry-run", "a"], ["a"], { dryRun: true }],
    [["run", "--dry-run", "false"], ["false"], { dryRun: true }],
    [["run", "a", "--no-tree", "b"], ["a", "b"], { tree: false }],
    [["run", "-qj3", "a"], ["a"], { quiet: true, jobs: "3" }],
    [["run", "--serve", "a"], ["a"], { serve: true }],
    [["run", "--serve=80", "a"], ["a"], { serve: "80" }],
    [["run", "-q", "--", "--jobs", "-x", "--"], ["--jobs", "-x", "--"], { quiet: true }],
    [["run", "=a", "--branch==b"], ["=a"], { branch: "=b" }],
    [["run", "", "__proto__"], ["", "__proto__"], {}],
    [["-C", "/x", "--json", "run", "-j", "2"], [], { C: "/x", json: true, jobs: "2" }],
    [["run", "-C/x", "--json"], [], { C: "/x", json: true }],
    [["show", "12"], ["12"], {}],
    [["plugin", "check", "./a.ts"], ["check", "./a.ts"], {}],
    [["plugin", "list"], ["list"], {}],
  ])("%j", (argv, args, flags) =>
    expect(ask(...argv)).toEqual({ kind: "command", name: argv.find((word) => ["run", "show", "plugin"].includes(word)), args, flags }),
  )

  it.each([
    [["rnu"], "unknown verb rnu", "did you mean run?"],
    [["Show", "1"], "unknown verb Show", "did you mean show?"],
    [["list"], "unknown verb list", "type `osier ls`"],
    [["status"], "unknown verb status", "type `osier ls`"],
    [["log", "3"], "unknown verb log", "type `osier logs`"],
    [["config"], "unknown verb config", "type `osier schema settings`"],
    [["toString"], "unknown verb toString", "`osier --help` shows all verbs"],
    [["frobnicate"], "unknown verb frobnicate", "`osier --help` shows all verbs"],
    [["run", "--job", "3"], "unknown flag --job", "did you mean --jobs?"],
    [["run", "--dryrun"], "unknown flag --dryrun", "did you mean --dry-run?"],
    [["run", "--tree"], "unknown flag --tree", ""],
    [["ls", "-j3"], "unknown flag -j", ""],
    [["-j", "3", "run"], "unknown flag -j", "flags of a verb follow it: osier run -j"],
    [["run", "--jobs"], "--jobs needs a value", "write --jobs=…"],
    [["run", "--jobs", "--dry-run"], "--jobs needs a value", "write --jobs=…"],
    [["run", "--dry-run=yes"], "--dry-run takes no value", "write --dry-run alone"],
    [["show"], "show needs <id>", "for example: osier show 12"],
    [["show", "1", "2"], 'show takes only <id>, not "2"', "for example: osier show 12"],
    [["ls", "all"], 'ls takes no words, not "all"', "for example: osier ls"],
    [["plugin"], "plugin needs <action>", "for example: osier plugin check ./a.ts"],
  ])("%j is refused", (argv, message, hint) => {
    const said = refusal(...argv)
    expect(said).toMatchObject({ _tag: "UsageWrong", message, exit: 2 })
    expect(said.hint).toContain(hint)
    expect(said.hint).not.toBe("")
  })

  it.each([[[]], [["--help"]], [["-h"]], [["help"]], [["-C", "/x"]]])("%j shows the program", (argv) => {
    const said = ask(...argv)
    expect(said).toMatchObject({ kind: "show" })
    expect(said.kind === "show" && said.text).toContain("Verbs:\n  run     Run tasks until all are landed.\n")
    expect(said.kind === "show" && said.text).toContain('osier run "Add login page"  # one task')
  })

  it("puts verbs under the heading of their group", () => {
    const grouped = program.commands.map((command) => ({ ...command, group: command.name === "run" ? "Work" : "Look" }))
    const said = Result.getOrThrow(parseCommandLine([], { ...program, commands: grouped }))
    expect(said.kind === "show" && said.text).toMatch(
      /\n\nWork:\n {2}run     .*\n\nLook:\n {2}show    .*\n {2}plugin  .*\n {2}ls      .*\n\nFlags:/,
    )
  })

  it.each([[["run", "--help"]], [["run", "a", "-h"]], [["help", "run"]], [["--help", "run"]]])(
    "%j shows a verb, examples first",
    (argv) => {
      const said = ask(...argv)
      const text = said.kind === "show" ? said.text : ""
      expect(text).toContain("osier run [...tasks] [flags]")
      expect(text.indexOf("Examples:")).toBeLessThan(text.indexOf("Flags:"))
      for (const line of ["-j, --jobs <n> ", "-C <dir> ", "--no-tree ", "osier run --from plan.yaml", "osier run --dry-run  { waves }"])
        expect(text).toContain(line)
    },
  )

  it("knows its version, and whether an error is wanted as JSON", () => {
    expect(ask("--version")).toEqual({ kind: "show", text: "osier 1.2.3\n" })
    expect([wantsJson(["rnu", "--json"]), wantsJson(["run", "--", "--json"])]).toEqual([true, false])
  })
})
