import * as Data from "effect/Data"
import type { Complaint } from "../text/complaint.ts"
import { decodeYaml } from "../text/decodeYaml.ts"
import type { AdapterFacts } from "../../plugin.ts"
import { meant } from "../text/nearest.ts"
import { firstPlace, type Problem, printProblem, type Refusal } from "../text/problem.ts"
import type { Settings } from "./settings.ts"
import { checkSettings } from "./settingsCheck.ts"
import { settingsDocs, variableOf } from "./settingsDocs.ts"
import { settingsOf } from "./settingsOf.ts"
import { SettingsFile } from "./settingsSchema.ts"
import { readYaml } from "../text/yamlPlace.ts"

/** Settings with mistakes: all of them. */
export class SettingsRefused extends Data.TaggedError("SettingsRefused")<Refusal> implements Complaint {
  /** Of all problems; the place of the first one stands for them where there is room for one only. */
  static of(problems: readonly Problem[]): SettingsRefused {
    return new SettingsRefused({ problems, ...firstPlace(problems) })
  }
  override get message(): string {
    return this.problems.map((problem) => `${printProblem(problem)} (${problem.hint})`).join("\n")
  }
  get hint(): string {
    return this.problems.length === 1 ? (this.problems[0]?.hint ?? "") : "`osier schema settings` shows every key"
  }
  get exit() {
    return 2 as const
  }
}

const hintOf = (field: string): string => {
  if (/(timeout|attempt|idle|grace)$/.test(field)) return "write it as 90s, 10m or 1h30m"
  if (/(run|command|setup\[\d+\])$/.test(field) || /^gates\.[^.]+$/.test(field))
    return 'write a list of arguments: ["npm", "test"]; for a shell\'s own features: ["sh", "-c", "…"]'
  if (field === "keep.max") return "write it as 50MB"
  if (field === "branch") return 'write it as "task/{slug}-{id}"'
  return "`osier schema settings` shows what each key takes; a number or a yes that is meant as text needs quotes"
}

/** One value of a flag or a variable as the file would hold it; numbers are recognised by the schema's own reading of YAML. */
const coerce = (kind: "text" | "list" | "boolean", given: string | boolean | readonly string[]): unknown => {
  if (typeof given === "string" && kind === "list") return given.split(",").map((one) => one.trim())
  if (typeof given === "string" && kind === "boolean")
    return given === "true" || given === "1" ? true : given === "false" || given === "0" ? false : given
  return given
}

const numeric = new Set(["concurrency", "limits.retries", "limits.conflicts"])

/** The keys of one layer that isn't the file, as a document of its own, and what is wrong with it. */
const layer = (
  given: Iterable<readonly [string, string | boolean | readonly string[]]>,
  label: (key: string) => string,
): { readonly value: SettingsFile; readonly problems: readonly Problem[] } => {
  const problems: Problem[] = []
  let value: SettingsFile = {}
  for (const [key, raw] of given) {
    const doc = settingsDocs.find((one) => one.key === key)
    if (doc === undefined || doc.kind === "file") {
      const [message, fallback] =
        doc === undefined
          ? ["unknown setting", "`osier schema settings` shows every key"]
          : ["can only be set in osier.yaml", "write it there"]
      const known = settingsDocs.filter(({ kind }) => kind !== "file").map((one) => one.key)
      problems.push({ field: label(key), message, hint: doc === undefined ? meant(key, known, fallback) : fallback })
      continue
    }
    const coerced = coerce(doc.kind, raw)
    const one = numeric.has(key) && typeof coerced === "string" && /^-?\d+$/.test(coerced) ? Number(coerced) : coerced
    const nested = key.split(".").reduceRight<unknown>((inner, part) => ({ [part]: inner }), one)
    const decoded = decodeYaml(SettingsFile, readYaml(""), { value: nested, hint: hintOf })
    for (const { message, hint } of decoded.problems) problems.push({ field: label(key), message, hint })
    if (decoded.value) value = merge(value, decoded.value)
  }
  return { value, problems }
}

/** Key by key; only the groups of single values are merged inside, lists and tables are replaced. */
const merge = (under: SettingsFile, over: SettingsFile): SettingsFile => ({
  ...under,
  ...over,
  ...(under.tree || over.tree ? { tree: { ...under.tree, ...over.tree } } : {}),
  ...(under.limits || over.limits ? { limits: { ...under.limits, ...over.limits } } : {}),
  ...(under.keep || over.keep ? { keep: { ...under.keep, ...over.keep } } : {}),
})

/**
 * Settings from flags (by key, as `limits.attempt`), over `OSIER_SET_…` variables, over the file, over defaults.
 *
 * With problems the settings are what could be made of the rest, good for showing and never for running.
 */
export const resolveSettings = (input: {
  readonly fileText?: string | undefined
  readonly path?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly flags?: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  /** The adapters there are without a plugin; left out, every name counts as known. */
  readonly adapters?: readonly AdapterFacts[] | undefined
}): { readonly settings: Settings; readonly problems: readonly Problem[] } => {
  const { fileText = "", path = "osier.yaml", env = {}, flags = {}, adapters } = input
  const yaml = readYaml(fileText, { file: path })
  const problems: Problem[] = [...yaml.problems]
  const decoded = yaml.problems.length > 0 && yaml.value === undefined ? undefined : decodeYaml(SettingsFile, yaml, { hint: hintOf })
  problems.push(...(decoded?.problems ?? []))

  const open = settingsDocs.filter(({ kind }) => kind !== "file").map(({ key }) => key)
  const variables = new Map(open.map((key) => [variableOf(key), key]))
  const set: [string, string][] = []
  for (const [name, value] of Object.entries(env)) {
    // An empty variable is how a shell says "not set".
    if (!name.startsWith("OSIER_SET_") || value === undefined || value === "") continue
    const key = variables.get(name)
    if (key !== undefined) set.push([key, value])
    else
      problems.push({
        field: name,
        message: "unknown setting",
        hint: meant(name, variables.keys(), "`osier schema settings` shows every key"),
      })
  }
  const fromEnv = layer(set, variableOf)
  const given = Object.entries(flags).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
  const fromFlags = layer(given, (key) => key)
  problems.push(...fromEnv.problems, ...fromFlags.problems)
  const merged = merge(merge(decoded?.value ?? {}, fromEnv.value), fromFlags.value)
  const agentSetBy = fromFlags.value.agent !== undefined ? "agent" : fromEnv.value.agent !== undefined ? variableOf("agent") : undefined
  // Without the file's own tables every name would look unknown.
  if (decoded?.value) problems.push(...checkSettings(merged, yaml, adapters, agentSetBy))
  return { settings: settingsOf(merged), problems }
}
