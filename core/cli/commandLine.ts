import { cac } from "cac"
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type { Complaint } from "../domain/text/complaint.ts"
import { meant } from "../domain/text/nearest.ts"
import { argsOf, type Command, type Flag, flagOf, globalOptions } from "./command.ts"
import { commandHelp, programHelp } from "./help.ts"

/** Something typed that no verb or flag understands. */
export class UsageWrong extends Data.TaggedError("UsageWrong")<{ readonly message: string; readonly hint: string }> implements Complaint {
  get exit() {
    return 2 as const
  }
}

/** Flags as they were typed: text stays text (`0012`, `1e3`), for the settings' schema to judge. Only what was given is in it. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[]>>

/** What a command line asks for. */
export type Asked =
  | { readonly kind: "command"; readonly name: string; readonly args: readonly string[]; readonly flags: Flags }
  | { readonly kind: "show"; readonly text: string }

export interface Program {
  readonly name: string
  readonly version: string
  readonly about: string
  readonly examples: readonly string[]
  readonly commands: readonly Command[]
}

interface Token {
  readonly flag: Flag
  readonly value?: string
}

interface Tokens {
  readonly flags: readonly Token[]
  readonly words: readonly string[]
}

type Read<A> = Result.Result<A, UsageWrong>

const wrong = (message: string, hint: string) => Result.fail(new UsageWrong({ message, hint }))

/**
 * Takes words and flags apart as people type them: `-j3`, `-j 3`, `--jobs=3`, `-ab`, and `--` before words that look like flags.
 * With `stopAtWord` it reads the part before the verb only.
 */
const tokens = (
  argv: readonly string[],
  known: readonly Flag[],
  unknownHint: (name: string) => string,
  stopAtWord = false,
): Read<Tokens & { readonly rest: readonly string[] }> => {
  const byName = new Map(known.flatMap((flag) => flag.names.map((name) => [name, flag] as const)))
  const flags: Token[] = []
  const words: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ""
    if (word === "--") {
      words.push(...argv.slice(at + 1))
      break
    }
    if (!word.startsWith("-") || word === "-") {
      if (stopAtWord) return Result.succeed({ flags, words, rest: argv.slice(at) })
      words.push(word)
      continue
    }
    const long = word.startsWith("--")
    const equals = word.indexOf("=")
    // What is still to be read of this word: short flags may stand together, and the value behind the last one.
    let left = long ? "" : word.slice(1)
    do {
      const name = long ? word.slice(0, equals < 0 ? undefined : equals) : `-${left.slice(0, 1)}`
      const flag = byName.get(name)
      if (!flag) return wrong(`unknown flag ${name}`, unknownHint(name))
      left = left.slice(1)
      const attached = long
        ? equals < 0
          ? undefined
          : word.slice(equals + 1)
        : left === "" || flag.value === "none"
          ? undefined
          : left.replace(/^=/, "")
      if (flag.value === "none") {
        if (attached !== undefined) return wrong(`${name} takes no value`, `write ${name} alone`)
        flags.push({ flag })
      } else if (attached !== undefined || flag.value === "optional") {
        flags.push(attached === undefined ? { flag } : { flag, value: attached })
        left = ""
      } else {
        const next = argv[at + 1]
        if (next === undefined || (/^-./.test(next) && !/^-\d/.test(next)))
          return wrong(`${name} needs a value`, `write ${flag.typed}${long ? "=…" : " …"}`)
        flags.push({ flag, value: next })
        at++
      }
    } while (left !== "")
  }
  return Result.succeed({ flags, words, rest: [] })
}

/**
 * Lets cac match the verb and collect its flags. It casts values (`0012` becomes 12) and drops what stands behind `--`,
 * so every value goes in behind a mark, which makes it a text that begins with no hyphen, and comes out without it.
 */
const mark = "="

const collect = (
  command: Command,
  known: readonly Flag[],
  { flags, words }: Tokens,
): { readonly args: readonly string[]; readonly flags: Flags } => {
  const cli = cac("osier")
  const verb = cli.command(`${command.name} [...words]`, command.summary)
  for (const option of [...(command.options ?? []), ...globalOptions]) verb.option(option.flag.replaceAll("...", ""), option.meaning)
  const typed = flags.map(({ flag, value }) => (value === undefined ? flag.typed : `${flag.typed}=${mark}${value}`))
  const parsed = cli.parse(["", "", command.name, ...words.map((word) => mark + word), ...typed], { run: false })
  const bare = (value: unknown): string => String(value).slice(mark.length)
  const given: Record<string, string | boolean | readonly string[]> = {}
  for (const flag of new Set(flags.map((token) => token.flag))) {
    const all: unknown[] = [parsed.options[flag.key]].flat()
    const last = all.at(-1)
    if (flag.repeats) given[flag.key] = all.map(bare)
    else given[flag.key] = typeof last === "boolean" ? last : bare(last)
  }
  const taken = new Set(known.map(({ key }) => key))
  return { args: parsed.args.map(bare), flags: Object.fromEntries(Object.entries(given).filter(([key]) => taken.has(key))) }
}

/** What other programs call a thing that has another name here. */
const otherNames: Readonly<Record<string, string>> = {
  list: "ls",
  status: "ls",
  tasks: "ls",
  log: "logs",
  config: "schema settings",
  settings: "schema settings",
  merge: "land",
  rm: "discard",
  delete: "discard",
  start: "run",
  new: "add",
}

/** Reads a command line (without the program's own name), or says what is wrong and what was probably meant. */
export const parseCommandLine = (argv: readonly string[], program: Program): Read<Asked> => {
  const show = (text: string): Read<Asked> => Result.succeed({ kind: "show", text })
  const general = () => programHelp(program.name, program.about, program.commands, program.examples)
  const global = globalOptions.map(flagOf)
  const version = flagOf({ flag: "-V, --version", meaning: "" })
  const names = program.commands.map(({ name }) => name)

  const before = tokens(argv, [...global, version], (name) => `flags of a verb follow it: ${program.name} run ${name}`, true)
  if (Result.isFailure(before)) return Result.fail(before.failure)
  const early = new Set(before.success.flags.map(({ flag }) => flag.key))
  if (early.has("version")) return show(`${program.name} ${program.version}\n`)
  const [name, ...rest] = [...before.success.rest, ...before.success.words]
  if (name === undefined) return show(general())
  const asked = name === "help" ? rest[0] : name
  const command = program.commands.find((one) => one.name === asked)
  if (name === "help" && asked === undefined) return show(general())
  if (!command) {
    const elsewhere = Object.hasOwn(otherNames, asked ?? "") ? otherNames[asked ?? ""] : undefined
    const near = meant(asked ?? "", names, "").replace(/^known: .*/, `\`${program.name} --help\` shows all verbs`)
    return wrong(`unknown verb ${asked}`, elsewhere === undefined ? near : `type \`${program.name} ${elsewhere}\``)
  }
  if (name === "help" || early.has("help")) return show(commandHelp(program.name, command))

  const known = [...(command.options ?? []).map(flagOf), ...global]
  const typable = known.flatMap((flag) => flag.names)
  const unknown = (flag: string) =>
    meant(
      flag,
      typable.filter((one) => one.startsWith("--") === flag.startsWith("--")),
      `\`${program.name} ${command.name} --help\` shows its flags`,
    )
  const read = tokens(rest, known, unknown)
  if (Result.isFailure(read)) return Result.fail(read.failure)
  const { args, flags } = collect(command, known, { flags: [...before.success.flags, ...read.success.flags], words: read.success.words })
  if (flags["help"] === true) return show(commandHelp(program.name, command))
  const expected = argsOf(command)
  const example = command.examples[0]?.split("  # ")[0] ?? `${program.name} ${command.name} --help`
  if (args.length < expected.least)
    return wrong(`${command.name} needs ${expected.names[args.length]}`, `for example: ${example.trimEnd()}`)
  if (args.length > expected.most)
    return wrong(
      `${command.name} takes ${expected.most === 0 ? "no words" : `only ${expected.names.join(" ")}`}, not ${JSON.stringify(args[expected.most])}`,
      `for example: ${example.trimEnd()}`,
    )
  return Result.succeed({ kind: "command", name: command.name, args, flags })
}

/** Whether JSON was asked for, readable even from a command line that is wrong otherwise: its error is printed as JSON then. */
export const wantsJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf("--")
  return argv.slice(0, end < 0 ? undefined : end).includes("--json")
}
