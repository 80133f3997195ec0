import { plainLine } from "../text/plainText.ts"

/** How shells and `env` say that there is no such program; the name is in the one group. */
const says = [
  /^(?:\S*\bsh|\S*\bdash): (?:line )?\d+: ([^\s:]+): (?:command )?not found$/m,
  /^(?:\S*\b(?:ba|k|z|a)?sh): (?:line \d+: )?([^\s:]+): (?:command )?not found$/m,
  /^[^\n:]+: line \d+: ([^\s:]+): command not found$/m,
  /^fish: Unknown command: (\S+)$/m,
  /^zsh:(?:\d+:)? command not found: (\S+)$/m,
  /^\S*env: [‘'"]?([^\s’'":]+)[’'"]?: No such file or directory$/m,
  /^make: ([^\s:]+): No such file or directory$/m,
]

/** Which program a command that ended with 127 missed, as its output tells, and what to add. */
export const notFound = (output: string): string => {
  const program = says.map((pattern) => pattern.exec(output)?.[1]).find((name) => name !== undefined)
  return program === undefined
    ? "a program of it can't be found; a fresh checkout may need a command under tree.setup in osier.yaml, as npm install"
    : `${plainLine(program)} can't be found; add the command that installs it to tree.setup in osier.yaml`
}
