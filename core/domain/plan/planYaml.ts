import * as Schema from "effect/Schema"
import { decodeYaml } from "../text/decodeYaml.ts"
import { type Draft, draftOf, type Known, nothing, type PlaceOf, type Read, titleOf } from "./planDraft.ts"
import type { Problem } from "../text/problem.ts"
import { Priority } from "../task/task.ts"
import { fieldOf, type Path, readYaml, valueAt, type YamlText } from "../text/yamlPlace.ts"

/** A name or a text; YAML takes `0012` and `yes` for something else, so what was written counts. */
const Text = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])
const Texts = Schema.Union([Schema.Array(Text), Text])
const text = Schema.optionalKey(Text)
const texts = Schema.optionalKey(Texts)

/** The fields of a task in a plan. */
export const PlanTask = Schema.Struct({
  id: text,
  title: text,
  prompt: text,
  agent: text,
  needs: texts,
  scope: texts,
  gates: texts,
  retries: Schema.optionalKey(Schema.Natural),
  priority: Schema.optionalKey(Priority),
  labels: texts,
  acceptance: texts,
  branch: text,
  adopt: Schema.optionalKey(Schema.Boolean),
  fresh: Schema.optionalKey(Schema.Boolean),
  limits: Schema.optionalKey(Schema.Struct({ attempt: text, idle: text })),
  effort: text,
  independence: text,
  type: text,
})

const hints: readonly (readonly [RegExp, string])[] = [
  [/\.priority$/, "write low, normal, high or urgent"],
  [/\.retries$/, "write a whole number, 0 or more"],
  [/\.(adopt|fresh)$/, "write true or false"],
  [/\.limits/, "write it as { attempt: 30m, idle: 10m }"],
  [/\.(needs|scope|gates|labels|acceptance)/, "write a list: [first, second]"],
]
const hintOf = (field: string): string => hints.find(([pattern]) => pattern.test(`.${field}`))?.[1] ?? "write a text"

const isRecord = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value)

/** One task of a document, at a path of it. */
export const readTask = (yaml: YamlText, base: Path): { readonly draft: Draft; readonly problems: readonly Problem[] } => {
  const place: PlaceOf = (...part) => {
    const path = [...base, ...part]
    return { ...(yaml.file === undefined ? {} : { file: yaml.file }), ...yaml.at(path), field: fieldOf(path) }
  }
  const { value, problems } = decodeYaml(PlanTask, yaml, { base, hint: hintOf })
  const one = (...path: readonly (string | number)[]): string | undefined => yaml.written([...base, ...path])
  const pick = <const Name extends string>(names: readonly Name[], ...inside: readonly string[]): { [name in Name]?: string } => {
    const found: { [name in Name]?: string } = {}
    for (const name of names) {
      const written = one(...inside, name)
      if (written !== undefined) found[name] = written
    }
    return found
  }
  const many = (name: string): readonly string[] => {
    const given = valueAt(yaml.value, [...base, name])
    if (Array.isArray(given)) return given.map((_, index) => one(name, index) ?? "")
    return given === undefined ? [] : [one(name) ?? ""]
  }
  const named = { needs: many("needs"), scope: many("scope"), labels: many("labels"), acceptance: many("acceptance") }
  if (value === undefined) {
    // What can be read is looked up all the same, so that every mistake is told at once.
    const faulty = new Set(problems.map(({ field }) => field?.slice(fieldOf(base).length).match(/[^.[]+/)?.[0]))
    const sound = (name: string) => !faulty.has(name)
    const texts = pick((["id", "agent", "branch"] as const).filter(sound))
    const lists = Object.fromEntries(Object.entries(named).filter(([name]) => sound(name)))
    const limits = sound("limits") ? { limits: pick(["attempt", "idle"], "limits") } : {}
    const gates = sound("gates") ? { gates: many("gates") } : {}
    return { draft: { ...texts, ...nothing, ...lists, ...limits, ...gates, broken: true, place }, problems }
  }
  const draft: Draft = {
    ...pick(["id", "title", "prompt", "agent", "branch", "effort", "independence", "type"]),
    ...named,
    ...(value.gates === undefined ? {} : { gates: many("gates") }),
    ...(value.retries === undefined ? {} : { retries: value.retries }),
    ...(value.priority === undefined ? {} : { priority: value.priority }),
    ...(value.adopt === undefined ? {} : { adopt: value.adopt }),
    ...(value.fresh === undefined ? {} : { fresh: value.fresh }),
    ...(value.limits === undefined ? {} : { limits: pick(["attempt", "idle"], "limits") }),
    place,
  }
  return { draft: draft.title === undefined && draft.prompt !== undefined ? { ...draft, title: titleOf(draft.prompt) } : draft, problems }
}

/**
 * Tasks from YAML or JSON: `{ tasks: [ … ] }`, the list alone, a map of ids to tasks, or one task. A task may be just a
 * text, with `:agent` at its end if wanted.
 */
export const readPlanYaml = (content: string, file: string, known: Known): Read => {
  const yaml = readYaml(content, { file })
  const problems: Problem[] = [...yaml.problems]
  const drafts: Draft[] = []
  const top = yaml.value
  const complain = (path: Path, message: string, hint: string) =>
    problems.push({ file, ...yaml.at(path), ...(path.length > 0 ? { field: fieldOf(path) } : {}), message, hint })
  const add = (path: Path, id?: string) => {
    const value = valueAt(top, path)
    const named = id === undefined ? {} : { id }
    if (typeof value === "string")
      drafts.push({ ...named, ...draftOf(value, known, () => ({ file, ...yaml.at(path), field: fieldOf(path) })) })
    else if (!isRecord(value)) {
      complain(path, "is no task", "write a text, or the fields of a task: { title: …, needs: […] }")
      if (id !== undefined) drafts.push({ id, ...nothing, broken: true, place: () => ({ file, ...yaml.at(path), field: fieldOf(path) }) })
    } else {
      const read = readTask(yaml, path)
      problems.push(...read.problems)
      drafts.push({ ...named, ...read.draft })
    }
  }
  const collect = (path: Path) => {
    const value = path.length === 0 ? top : valueAt(top, path)
    if (Array.isArray(value)) for (const index of value.keys()) add([...path, index])
    else if (isRecord(value)) for (const key of Object.keys(value)) add([...path, key], key)
    else complain(path, "is no list of tasks", "write tasks: [ { title: … }, … ]")
  }
  if (problems.length > 0 && top === undefined) return { drafts, problems }
  if (isRecord(top) && "tasks" in top) {
    for (const key of Object.keys(top).filter((one) => one !== "tasks"))
      problems.push({
        file,
        ...yaml.keyAt([key]),
        field: key,
        message: `unknown key ${JSON.stringify(key)}`,
        hint: "beside tasks there is nothing else in a plan",
      })
    collect(["tasks"])
  } else if (isRecord(top) && (typeof valueAt(top, ["title"]) === "string" || typeof valueAt(top, ["prompt"]) === "string")) add([])
  else collect([])
  return { drafts, problems }
}
