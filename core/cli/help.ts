import { type Command, globalOptions, type Option } from "./command.ts"

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const wide = rows.reduce((most, [left]) => Math.max(most, left.length), 0)
  return rows.map(([left, right]) => `  ${left.padEnd(wide)}  ${right}`.trimEnd()).join("\n")
}

const optionRows = (options: readonly Option[]): string => columns(options.map(({ flag, meaning }) => [flag, meaning]))

/** What each exit code says, the same for every verb. */
export const exitCodes: readonly (readonly [code: number, meaning: string])[] = [
  [0, "done"],
  [1, "some failed"],
  [2, "usage or plan"],
  [3, "environment"],
  [4, "held by another"],
  [5, "waits for you"],
  [130, "interrupted"],
]

/** Examples with their explanations under each other. */
const exampleRows = (examples: readonly string[]): string =>
  columns(
    examples.map((example) => {
      const [typed = "", ...words] = example.split("  # ")
      return [typed.trimEnd(), words.length > 0 ? `# ${words.join("  # ")}` : ""]
    }),
  )

/** The help of one verb, with what one would type first. */
export const commandHelp = (program: string, command: Command): string => {
  const usage = [program, command.name, command.args, (command.options ?? []).length > 0 ? "[flags]" : undefined]
    .filter((part) => part !== undefined)
    .join(" ")
  const parts = [`${command.summary}\n\n  ${usage}`]
  if (command.details !== undefined) parts.push(command.details)
  if (command.examples.length > 0) parts.push(`Examples:\n${exampleRows(command.examples)}`)
  parts.push(`Flags:\n${optionRows([...(command.options ?? []), ...globalOptions])}`)
  parts.push(`With --json:\n${columns(Object.entries(command.json).map(([typed, shape]) => [`${program} ${typed}`, shape]))}`)
  return `${parts.join("\n\n")}\n`
}

/** The help of the whole program, its verbs under the headings of their groups. */
export const programHelp = (program: string, about: string, commands: readonly Command[], examples: readonly string[]): string => {
  const wide = commands.reduce((most, { name }) => Math.max(most, name.length), 0)
  const groups = Map.groupBy(commands, ({ group = "Verbs" }) => group)
  const verbs = [...groups]
    .map(([group, own]) => `${group}:\n${own.map(({ name, summary }) => `  ${name.padEnd(wide)}  ${summary}`).join("\n")}`)
    .join("\n\n")
  const flags = optionRows([...globalOptions, { flag: "--version", meaning: "show the version" }])
  const codes = exitCodes.map(([code, meaning]) => `${code} ${meaning}`).join(" · ")
  const more = `\`${program} <verb> --help\` shows a verb's flags and examples.`
  return `${about}\n\nExamples:\n${exampleRows(examples)}\n\n${verbs}\n\nFlags:\n${flags}\n\nExit codes: ${codes}\n\n${more}\n`
}
