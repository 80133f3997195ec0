import { type Command, globalOptions, type Option } from "../../core/cli/command.ts"
import { commands } from "../../core/cli/commands.ts"
import { exitCodes } from "../../core/cli/help.ts"
import { code, fenced, page, prose, table } from "./markdown.ts"

const flags = (options: readonly Option[]): string =>
  table(
    ["Flag", "Meaning"],
    options.map(({ flag, meaning }) => [code(flag), prose(meaning)]),
  )

const verb = ({ name, args, summary, details, options = [], examples }: Command): string =>
  [
    `### ${name}`,
    `${prose(summary)}.`,
    fenced("text", ["osier", name, args, options.length > 0 ? "[flags]" : undefined].filter((part) => part !== undefined).join(" ")),
    ...(details === undefined ? [] : [prose(details)]),
    fenced("sh", examples.join("\n")),
    ...(options.length > 0 ? [flags(options)] : []),
  ].join("\n\n")

/** The reference of the command line: every verb with its flags and examples. */
export const cliPage = (): string => {
  const groups = [...Map.groupBy(commands, ({ group = "" }) => group)]
  return page(
    "Command line",
    "The text of `osier --help` and of `osier <verb> --help`. What `--json` prints is in [json.md](json.md).",
    ...groups.map(([group, verbs]) =>
      [
        `**${group}**`,
        table(
          ["Verb", "What it does"],
          verbs.map(({ name, summary }) => [`[\`${name}\`](#${name})`, prose(summary)]),
        ),
      ].join("\n\n"),
    ),
    "## Flags of every verb",
    flags(globalOptions),
    "## Exit codes",
    table(
      ["Code", "Meaning"],
      exitCodes.map(([number, meaning]) => [String(number), meaning]),
    ),
    "0 also means that there was nothing to do. A task that is blocked by a failed one counts as failed.",
    "## Output",
    [
      "On a terminal a run draws a live view. Into a pipe or a file, and where `CI` is set, it prints plain lines, one an event, and redraws nothing.",
      "Colours come only on a terminal; `NO_COLOR` turns them off, `FORCE_COLOR` on.",
    ].join("\n"),
    ...groups.flatMap(([group, verbs]) => [`## ${group}`, ...verbs.map(verb)]),
  )
}
