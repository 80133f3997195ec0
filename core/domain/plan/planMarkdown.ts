import { splitFrontMatter } from "../text/frontMatter.ts"
import { type Draft, draftOf, type Known, nothing, type PlaceOf, type Read, splitAgent, titleOf } from "./planDraft.ts"
import { readTask } from "./planYaml.ts"
import type { Problem } from "../text/problem.ts"
import { readYaml } from "../text/yamlPlace.ts"

interface Section {
  readonly heading: string
  /** The line of the heading, from 1. */
  readonly line: number
  readonly body: readonly string[]
}

/** The sections under `## …` headings; hashes inside of fenced code are code. */
const sectionsOf = (lines: readonly string[], firstLine: number): readonly Section[] => {
  const sections: { heading: string; line: number; body: string[] }[] = []
  let fence: string | undefined
  for (const [index, line] of lines.entries()) {
    const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line)
    if (mark?.[1] !== undefined) {
      if (fence === undefined) fence = mark[1]
      else if (mark[1].startsWith(fence) && mark[2]?.trim() === "") fence = undefined
    }
    const heading = fence === undefined ? /^##[ \t]+(.*?)[ \t]*#*$/.exec(line) : null
    if (heading) sections.push({ heading: heading[1] ?? "", line: firstLine + index, body: [] })
    else sections.at(-1)?.body.push(line)
  }
  return sections
}

/** The fenced yaml block right below a heading, and what remains. */
const fieldsOf = (body: readonly string[]): { readonly yaml: string; readonly offset: number; readonly rest: readonly string[] } => {
  const none = { yaml: "", offset: 0, rest: body }
  const start = body.findIndex((line) => line.trim() !== "")
  if (start < 0 || !/^```(?:yaml|yml)[ \t]*$/.test(body[start] ?? "")) return none
  const end = body.findIndex((line, index) => index > start && /^```[ \t]*$/.test(line))
  return end < 0 ? none : { yaml: body.slice(start + 1, end).join("\n"), offset: start + 1, rest: body.slice(end + 1) }
}

/** Fields read from YAML completed by the text around them. */
const complete = (
  yaml: string,
  options: { readonly file: string; readonly firstLine: number },
  place: PlaceOf,
  fill: Partial<Draft>,
): Read => {
  const empty: Draft = { ...nothing, ...fill, place }
  if (yaml.trim() === "") return { drafts: [empty], problems: [] }
  const read = readYaml(yaml, options)
  if (read.problems.length > 0) return { drafts: [], problems: read.problems }
  if (typeof read.value !== "object" || read.value === null || Array.isArray(read.value)) {
    const hint = "write one `key: value` a line"
    return { drafts: [], problems: [{ file: options.file, line: options.firstLine, message: "these are no fields of a task", hint }] }
  }
  const { draft, problems } = readTask(read, [])
  // The place of the task itself is its heading, that of its fields the block.
  const both: PlaceOf = (...part) => (part.length === 0 ? place() : draft.place(...part))
  return { drafts: [{ ...fill, ...draft, place: both }], problems }
}

/** The name of a file without its folder and ending, as the key of its task. */
const nameOf = (file: string): string => (file.split(/[\\/]/).at(-1) ?? file).replace(/\.[^.]*$/, "")

/**
 * Tasks from Markdown. With front matter the file is one task; otherwise every `## Title` is one, with its fields in a
 * fenced `yaml` block right below the heading, and the rest as its prompt. Text before the first `##` is for people.
 * A file with neither is one task as a whole.
 */
export const readMarkdown = (content: string, file: string, known: Known, inFolder = false): Read => {
  const matter = splitFrontMatter(content)
  const place: PlaceOf = () => ({ file, line: 1 })
  if (matter) {
    const prompt = matter.body.trim()
    const heading = /^#[ \t]+(.+)$/m.exec(prompt)?.[1]
    const title = heading ?? (prompt === "" ? undefined : titleOf(prompt))
    const fill = {
      ...(inFolder ? { id: nameOf(file) } : {}),
      ...(title === undefined ? {} : { title }),
      ...(prompt === "" ? {} : { prompt }),
    }
    return complete(matter.matter, { file, firstLine: matter.firstLine }, place, fill)
  }
  const problems: Problem[] = []
  if (inFolder) {
    // A folder's own README describes the plan; any other file without front matter was probably meant to be a task.
    if (nameOf(file).toLowerCase() === "readme") return { drafts: [], problems }
    const hint = "begin it with a line ---, the fields, and another line ---; or move it out of the folder"
    return { drafts: [], problems: [{ file, line: 1, message: "has no front matter", hint }] }
  }
  const sections = sectionsOf(content.split(/\r?\n/), 1)
  if (sections.length === 0) {
    const text = content.replace(/^\uFEFF/, "").trim()
    return { drafts: text === "" ? [] : [{ ...draftOf(text, known, place), title: titleOf(text.replace(/^#+[ \t]+/, "")) }], problems }
  }
  const drafts: Draft[] = []
  for (const { heading, line, body } of sections) {
    const { text: title, ...by } = splitAgent(heading, known)
    const fields = fieldsOf(body)
    const prompt = fields.rest.join("\n").trim()
    const fill = { title, ...by, ...(prompt === "" ? {} : { prompt }) }
    const read = complete(fields.yaml, { file, firstLine: line + 1 + fields.offset }, () => ({ file, line }), fill)
    drafts.push(...read.drafts)
    problems.push(...read.problems)
  }
  return { drafts, problems }
}
