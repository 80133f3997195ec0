/** Lines that say what went wrong, told from advice of several paragraphs and from hints. */
const telling = /^(?:fatal|error|remote|warning|BUG|\S+:) /

const most = 4

/**
 * What git said, short enough for one sentence: its first line names the file that is in the way, its last what became of the
 * act. General advice, which stands in paragraphs of its own, is left out.
 */
export const gitWords = (stderr: string): string => {
  const lines = linesOf(stderr)
  const advice = stderr.search(/\n\s*\n/)
  const first = new Set(linesOf(advice < 0 ? stderr : stderr.slice(0, advice)))
  const said = lines.filter((line) => (first.has(line) || telling.test(line)) && !line.endsWith(":"))
  if (said.length <= most) return said.join("; ")
  return [...said.slice(0, 2), "…", ...said.slice(-2)].join("; ")
}

/** One line that ends in a colon tells what the next ones, which are indented, are about. */
const linesOf = (text: string): readonly string[] =>
  text
    .replace(/:\n\t/g, ": ")
    .replace(/\n\t(?=\S)/g, ", ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("hint:"))
