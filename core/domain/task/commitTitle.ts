/** The types of conventional commits, and what people write instead of them. */
const types = new Set(["feat", "fix", "docs", "style", "refactor", "perf", "test", "build", "ci", "chore", "revert"])
const spoken: Readonly<Record<string, string>> = {
  bug: "fix",
  bugfix: "fix",
  hotfix: "fix",
  feature: "feat",
  doc: "docs",
  documentation: "docs",
  tests: "test",
  performance: "perf",
  refactoring: "refactor",
}

const limit = 72

/** What a task says about itself, as far as a commit's first line needs it. */
export interface Titled {
  readonly title: string
  readonly type?: string
  readonly scope?: string
}

/** How commits are titled: `feat: Add a page`, or `Add a page`. */
export type TitleStyle = "conventional" | "plain"

/** What the subjects of a repository's commits do: conventional where at least half of them have that form. */
export const titleStyle = (subjects: readonly string[]): TitleStyle =>
  subjects.length > 0 && subjects.filter(isConventional).length * 2 >= subjects.length ? "conventional" : "plain"

const isConventional = (line: string): boolean => types.has(/^([a-z]+)(?:\([^()]+\))?!?: \S/.exec(line)?.[1] ?? "")

/** The first line of a task's commit, at most 72 characters; a title that already has the conventional form is kept. */
export const commitTitle = ({ title, type, scope }: Titled, style: TitleStyle): string => {
  const line = oneLine(title)
  if (isConventional(line)) return shorten(line)
  if (style === "plain") return shorten(line === "" ? "Untitled" : line)
  const word = type?.trim().toLowerCase() ?? ""
  const kind = types.has(word) ? word : Object.hasOwn(spoken, word) ? spoken[word] : "feat"
  const part = oneLine(scope ?? "").replace(/[()]/g, "")
  return shorten(`${kind}${part === "" ? "" : `(${part})`}: ${line === "" ? "untitled" : line}`)
}

/** One line without control characters, and without those that turn or hide what follows, whatever the text holds. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, " ")
    .replace(/[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g, "")
    .replace(/ {2,}/g, " ")
    .trim()

/** Cut by characters as people count them, so that no emoji or accent is torn apart. */
const shorten = (line: string): string => {
  if (line.length <= limit) return line
  const letters = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(line)].map((one) => one.segment)
  let kept = ""
  for (const letter of letters) {
    if (kept.length + letter.length > limit - 1) return `${kept.trimEnd()}…`
    kept += letter
  }
  return kept
}
