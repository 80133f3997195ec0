import { oneLine } from "./commitTitle.ts"

/**
 * The trailers of messages that say by whom something is, such as `Signed-off-by`, in their order and each once, and a
 * `Co-authored-by` for every further author.
 */
export const creditLines = (messages: readonly string[], authors: readonly string[]): readonly string[] => {
  const signed = messages.flatMap((message) => {
    const last =
      message
        .replaceAll("\r", "")
        .trimEnd()
        .split(/\n\s*\n/)
        .slice(1)
        .at(-1) ?? ""
    return last.split("\n").filter((line) => /^[a-z][\w-]*-by: \S/i.test(line) && !/^osier-/i.test(line))
  })
  const all = [...signed.map(oneLine), ...authors.map((author) => `Co-authored-by: ${oneLine(author)}`)]
  const seen = new Set<string>()
  return all.filter((line) => !seen.has(line.toLowerCase()) && seen.add(line.toLowerCase()))
}
