import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { branchFault, branchPatternFault } from "../task/branchName.ts"
import { emailFault } from "../task/assignee.ts"
import { parseDuration } from "../text/duration.ts"
import { oddKinds } from "../git/oddity.ts"
import { globFault } from "../task/scope.ts"
import { settingsDocs } from "./settingsDocs.ts"
import { shellWords } from "../text/shellWords.ts"
import { parseSize } from "../text/size.ts"
import { type Path, valueAt } from "../text/yamlPlace.ts"

const key = Schema.optionalKey

/** A text for which `fault` finds nothing to say. */
const text = (fault: (given: string) => string | undefined) => Schema.String.check(Schema.makeFilter((given) => fault(given) ?? true))

const NotEmpty = text((given) => (given.trim() === "" ? "is empty" : undefined))
const Glob = text(globFault)

const Duration = Schema.Union([Schema.String, Schema.Finite]).check(
  Schema.makeFilter((given) => {
    const read = parseDuration(given)
    if (Result.isFailure(read)) return read.failure.message
    return read.success > 0 || "must be more than nothing"
  }),
)
const Size = Schema.Union([Schema.String, Schema.Finite]).check(
  Schema.makeFilter((given) => {
    const read = parseSize(given)
    return Result.isSuccess(read) || read.failure.message
  }),
)

/** A command: a list of arguments, or one text that is split as a shell would, never run by one. */
export const Command = Schema.Union([Schema.Array(Schema.String), Schema.String]).check(
  Schema.makeFilter((given) => {
    if (typeof given !== "string") return (given[0] ?? "") !== "" || "names no program"
    const read = shellWords(given)
    return Result.isSuccess(read) || read.failure.message
  }),
)

const Texts = Schema.Array(NotEmpty)
const Globs = Schema.Array(Glob)

export const AgentFile = Schema.Struct({
  adapter: NotEmpty,
  model: key(NotEmpty),
  instructions: key(Schema.String),
  command: key(Command),
  args: key(Schema.Array(Schema.String)),
  env: key(Texts),
  sign: key(Schema.Boolean),
  limits: key(Schema.Struct({ attempt: key(Duration), idle: key(Duration) })),
})

const GateFile = Schema.Struct({ run: Command, timeout: key(Duration), protect: key(Globs), env: key(Texts) })
const SetupFile = Schema.Struct({ run: Command, when: key(Globs) })

/** What may stand in `osier.yaml`, key by key. */
export const SettingsFile = Schema.Struct({
  target: key(text(branchFault)),
  namespace: key(
    text((given) =>
      /^refs\/(?!(?:heads|tags|remotes)\/$)(?:[A-Za-z0-9_][\w.-]*\/)+$/.test(given)
        ? undefined
        : "is no namespace such as refs/osier/ or refs/heads/osier/",
    ),
  ),
  remote: key(text((given) => (/^[A-Za-z0-9_][\w./-]*$/.test(given) ? undefined : "is no name of a remote"))),
  concurrency: key(Schema.Int.check(Schema.makeFilter((given) => (given >= 1 && given <= 1000) || "must be between 1 and 1000"))),
  branch: key(text(branchPatternFault)),
  keep_branch: key(Schema.Boolean),
  land: key(Schema.Literals(["auto", "review", "pr"])),
  commits: key(Schema.Literals(["batch", "individual"])),
  merge: key(Schema.Literals(["merge", "squash", "rebase"])),
  commit: key(
    Schema.Struct({
      title: key(Schema.Literals(["auto", "conventional", "plain"])),
      trailers: key(Schema.Literals(["full", "short"])),
    }),
  ),
  agent: key(NotEmpty),
  agents: key(Schema.Record(Schema.String, AgentFile)),
  gates: key(Schema.Record(Schema.String, Schema.Union([GateFile, Command]))),
  tree: key(
    Schema.Struct({
      root: key(NotEmpty),
      isolation: key(Schema.Literals(["worktree", "clone"])),
      copy: key(Globs),
      setup: key(Schema.Array(Schema.Union([SetupFile, Command]))),
      keep_ignored: key(Globs),
      env: key(Schema.Record(Schema.String, Schema.String)),
    }),
  ),
  limits: key(
    Schema.Struct({
      attempt: key(Duration),
      idle: key(Duration),
      grace: key(Duration),
      retries: key(Schema.Natural),
      conflicts: key(Schema.Natural),
    }),
  ),
  keep: key(Schema.Struct({ max: key(Size) })),
  hold: key(Schema.Array(Schema.Literals(oddKinds))),
  outside: key(Schema.Literals(["report", "hold"])),
  on_red_target: key(Schema.Literals(["stop", "go"])),
  email: key(text((given) => emailFault(given))),
  plugins: key(Texts),
})
export type SettingsFile = typeof SettingsFile.Type

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Adds what each key means, from the one table, to the schema's objects on the way down. */
const described = (node: unknown, at: string): Json => {
  if (Array.isArray(node)) return node.map((one) => described(one, at))
  if (typeof node !== "object" || node === null)
    return typeof node === "string" || typeof node === "number" || typeof node === "boolean" ? node : null
  const inner = (name: string): string => (at === "" ? name : `${at}.${name}`)
  const meaning = settingsDocs.find(({ key }) => key === at)?.meaning
  const entries = Object.entries(node).map(([name, value]): [string, Json] => {
    if (name === "properties")
      return [name, Object.fromEntries(Object.entries(value).map(([one, schema]) => [one, described(schema, inner(one))]))]
    if (name === "additionalProperties") return [name, described(value, inner("<name>"))]
    return [name, described(value, name === "items" ? `${at}[]` : name === "anyOf" ? at : "")]
  })
  return Object.fromEntries(meaning === undefined ? entries : [["description", meaning], ...entries])
}

/** The JSON Schema of `osier.yaml`, for editors. */
export const settingsJsonSchema = (): Json => {
  const { schema } = Schema.toJsonSchemaDocument(SettingsFile, { onExcessProperty: "error" })
  const properties = described(schema, "")
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "osier.yaml",
    ...(typeof properties === "object" ? properties : {}),
  }
}

/** Every key that the schema knows, in the notation of the table. */
export const schemaKeys = (): readonly string[] => {
  const walk = (node: unknown, at: string): readonly string[] => {
    const inside = (path: Path, name: string): readonly string[] => {
      const next = valueAt(node, path)
      return typeof next === "object" && next !== null ? walk(next, name) : []
    }
    const alternatives = valueAt(node, ["anyOf"])
    if (Array.isArray(alternatives)) {
      const all = alternatives.flatMap((one) => walk(one, at)).filter((one) => one !== at)
      return all.length > 0 ? all : [at]
    }
    const names = Object.keys(valueAt(node, ["properties"]) ?? {})
    const below = names.flatMap((name) => inside(["properties", name], at === "" ? name : `${at}.${name}`))
    const any = [...inside(["additionalProperties"], `${at}.<name>`), ...inside(["items"], `${at}[]`).filter((one) => one !== `${at}[]`)]
    return below.length + any.length > 0 ? [...below, ...any] : [at]
  }
  return walk(Schema.toJsonSchemaDocument(SettingsFile).schema, "")
}
