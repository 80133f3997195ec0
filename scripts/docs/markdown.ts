/** A text as code, or nothing for an empty one. */
export const code = (text: string): string => (text === "" ? "" : `\`${text}\``)

/** Plain text as Markdown: what is in angle brackets is no tag. */
export const prose = (text: string): string => text.replace(/`[^`]*`|</g, (found) => (found === "<" ? "\\<" : found))

/** A block of code. */
export const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``

/** A table; a bar inside a cell is escaped. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n")

/** A generated page: its title, a note for those who want to edit it, and its parts. */
export const page = (title: string, ...parts: readonly string[]): string =>
  `${[`# ${title}`, "<!-- Generated from the code by `npm run docs`; edit the code, not this file. -->", ...parts].join("\n\n")}\n`
