import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Issue from "effect/SchemaIssue"
import { meant } from "./nearest.ts"
import type { Problem } from "./problem.ts"
import { fieldOf, type Path, valueAt, type YamlText } from "./yamlPlace.ts"

/** What was decoded, or every reason why not. */
export interface Decoded<A> {
  readonly value: A | undefined
  readonly problems: readonly Problem[]
}

const marks = { unknown: "unknown key", missing: "is missing" }

const issuesOf = Issue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    if (issue._tag === "UnexpectedKey") return marks.unknown
    return issue._tag === "MissingKey" ? marks.missing : Issue.defaultLeafHook(issue)
  },
})

/** Words that people bring along from other programs. */
const synonyms: Readonly<Record<string, string>> = {
  after: "needs",
  blocked_by: "needs",
  cmd: "command",
  dependencies: "needs",
  depends: "needs",
  depends_on: "needs",
  dependsOn: "needs",
  description: "prompt",
  files: "scope",
  jobs: "concurrency",
  key: "id",
  name: "title",
  parallel: "concurrency",
  paths: "scope",
  system: "instructions",
}

/** The keys that a schema knows at a path, through records, lists and alternatives. */
export const keysAt = (schema: Schema.Top, path: Path): readonly string[] => {
  const walk = (node: unknown, rest: Path): readonly string[] => {
    const alternatives = valueAt(node, ["anyOf"])
    if (Array.isArray(alternatives)) return alternatives.flatMap((one) => walk(one, rest))
    const [part, ...further] = rest
    if (part === undefined) return Object.keys(valueAt(node, ["properties"]) ?? {})
    if (typeof part === "number") return walk(valueAt(node, ["items"]), further)
    return walk(valueAt(node, ["properties", part]) ?? valueAt(node, ["additionalProperties"]), further)
  }
  return walk(Schema.toJsonSchemaDocument(schema).schema, path)
}

const short = (value: unknown): string => {
  const text = value === undefined ? "nothing" : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/**
 * Decodes a text by a schema and tells everything that is wrong with it, each with its place and the nearest known key.
 *
 * `hint` is for wrong values; unknown keys get their own.
 */
export const decodeYaml = <A>(
  schema: Schema.Decoder<A>,
  yaml: YamlText,
  options: { readonly hint?: (field: string) => string; readonly value?: unknown; readonly base?: Path } = {},
): Decoded<A> => {
  const base = options.base ?? []
  const value = options.value ?? valueAt(yaml.value, base) ?? {}
  const decoded = Schema.decodeUnknownResult(schema)(value, {
    onExcessProperty: "error",
    errors: "all",
  })
  if (Result.isSuccess(decoded)) return { value: decoded.success, problems: [] }
  const told = issuesOf(decoded.failure.issue).issues.map((issue): Problem => {
    const path = (issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part))
    const whole = [...base, ...path]
    const field = fieldOf(whole)
    const file = yaml.file === undefined ? {} : { file: yaml.file }
    const head = { ...file, ...(field === "" ? {} : { field }) }
    if (issue.message === marks.unknown) {
      const known = keysAt(schema, path.slice(0, -1))
      const key = String(path.at(-1))
      const hint = known.includes(synonyms[key] ?? "") ? `did you mean ${synonyms[key]}?` : meant(key, known, "remove it")
      return { ...head, ...yaml.keyAt(whole), message: `unknown key ${JSON.stringify(String(path.at(-1)))}`, hint }
    }
    const message = issue.message === marks.missing ? marks.missing : issue.message.replace(/^Expected/, "expected")
    const given = message.startsWith("expected") ? `${message}, not ${short(valueAt(value, path))}` : message
    return { ...head, ...yaml.at(whole), message: given, hint: options.hint?.(field) ?? "write the value in that form" }
  })
  return { value: undefined, problems: told }
}
