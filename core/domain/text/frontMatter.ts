/** A Markdown text taken apart: the YAML between its two `---` lines, and what stands below. */
export interface FrontMatter {
  readonly matter: string
  readonly body: string
  /** The line of the file at which `matter` begins. */
  readonly firstLine: number
  readonly bodyLine: number
}

/**
 * Splits front matter off, or answers nothing when the text doesn't begin with any.
 *
 * A file with Windows line ends (an editor's doing) is read as if it had plain ones; otherwise the body is left byte for byte.
 */
export const splitFrontMatter = (text: string): FrontMatter | undefined => {
  const whole = text.startsWith("\uFEFF") ? text.slice(1) : text
  const plain = /^---[ \t]*\r\n/.test(whole) ? whole.replaceAll("\r\n", "\n") : whole
  const opening = /^---[ \t]*\n/.exec(plain)
  if (!opening) return undefined
  const rest = plain.slice(opening[0].length)
  // Not with the `m` flag: it also takes U+2028 and a lone carriage return for the end of a line.
  const closing = /(^|\n)---[ \t]*(?:\n|$)/.exec(rest)
  if (!closing) return undefined
  const matter = rest.slice(0, closing.index + (closing[1]?.length ?? 0))
  const bodyLine = 3 + (matter.match(/\n/g)?.length ?? 0)
  return { matter, body: rest.slice(closing.index + closing[0].length), firstLine: 2, bodyLine }
}
