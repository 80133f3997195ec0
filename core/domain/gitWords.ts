/** Lines that say what went wrong, told from advice of several paragraphs and from hints. */
const telling = /^(?:fatal|error|remote|warning|BUG|\S+:) /

const most = 4

/**
 * What git said, short enough for one sentence: its first line names the file that is in the way, its last what became of the
 * act. General advice, which stands in paragraphs of its own, is left out.
 */
export const gitWords = (stderr: string): string => {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("hint:"))
  const advice = stderr.search(/\n\s*\n/)
  const first = new Set(
    (advice < 0 ? stderr : stderr.slice(0, advice))
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  )
  const said = lines.filter((line) => first.has(line) || telling.test(line))
  if (said.length <= most) return said.join("; ")
  return [...said.slice(0, 2), "…", ...said.slice(-2)].join("; ")
}
