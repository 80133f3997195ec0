import * as Effect from "effect/Effect"
import { meant } from "../../domain/text/nearest.ts"
import { flagOf, globalOptions } from "../command.ts"
import type { Command } from "../command.ts"
import { UsageWrong } from "../commandLine.ts"
import { commands } from "../commands.ts"
import type { Verb } from "../verb.ts"

const flagsOf = (command: Command): readonly string[] =>
  [...(command.options ?? []), ...globalOptions].flatMap((option) => flagOf(option).names)

/** Inside single quotes of a shell. */
const quoted = (text: string): string => text.replaceAll("'", "'\\''")

const bash = (): string => {
  const cases = commands.map((one) => `    ${one.name}) words='${flagsOf(one).join(" ")}' ;;`)
  return `_osier() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words='${commands.map(({ name }) => name).join(" ")}'
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    esac
    case "$word" in -*) ;; *) words= ;; esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _osier osier
`
}

const zsh = (): string => {
  const verbs = commands.map(({ name, summary }) => `    '${name}:${quoted(summary.replaceAll(":", "\\:"))}'`)
  const cases = commands.map((one) => `    ${one.name}) compadd -- ${flagsOf(one).join(" ")} ;;`)
  return `#compdef osier
_osier() {
  local -a verbs
  verbs=(
${verbs.join("\n")}
  )
  if (( CURRENT == 2 )); then _describe verb verbs; return; fi
  if [[ $PREFIX != -* ]]; then _files; return; fi
  case $words[2] in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = _osier ]; then _osier "$@"; else compdef _osier osier; fi
`
}

const fish = (): string => {
  const rows = commands.flatMap((one) => [
    `complete -c osier -n __fish_use_subcommand -f -a ${one.name} -d '${quoted(one.summary)}'`,
    ...[...(one.options ?? []), ...globalOptions].map((option) => {
      const names = flagOf(option).names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
      const takes = flagOf(option).value === "required" ? " -r" : ""
      return `complete -c osier -n '__fish_seen_subcommand_from ${one.name}' ${names.join(" ")}${takes} -d '${quoted(option.meaning)}'`
    }),
  ])
  return `${rows.join("\n")}\n`
}

const shells = { bash, zsh, fish } as const
const isShell = (word: string): word is keyof typeof shells => Object.hasOwn(shells, word)

/** A script that completes verbs and flags; made of the same list as the help. */
export const completions: Verb = ({ args, json, screen }) =>
  Effect.gen(function* () {
    const shell = args[0] ?? ""
    if (!isShell(shell))
      return yield* new UsageWrong({ message: `no completions for ${JSON.stringify(shell)}`, hint: meant(shell, Object.keys(shells), "") })
    screen.out(json ? JSON.stringify({ shell, script: shells[shell]() }) : shells[shell]())
    return 0 as const
  })
