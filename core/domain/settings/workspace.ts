import picomatch from "picomatch"
import { readYaml, valueAt } from "../text/yamlPlace.ts"

/** A part of a repository that has a manifest of its own. */
export interface Member {
  /** Its folder, without a slash at the end. */
  readonly folder: string
  readonly name: string
  readonly manifest: string
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : [])

/** What a JSON text holds; nothing of it when it is none. */
export const jsonOf = (text: string | undefined): unknown => {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The globs of a workspace of npm, yarn, bun or pnpm. */
export const nodeMembers = (manifest: string | undefined, pnpm: string | undefined): readonly string[] => {
  const json = jsonOf(manifest)
  return [
    ...texts(valueAt(json, ["workspaces"])),
    ...texts(valueAt(json, ["workspaces", "packages"])),
    ...(pnpm === undefined ? [] : texts(valueAt(readYaml(pnpm).value, ["packages"]))),
  ]
}

/** The globs of a workspace of cargo, those that it excludes with `!`. */
export const cargoMembers = (manifest: string | undefined): readonly string[] => {
  const table = /^\[workspace\]\s*$([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(manifest ?? "")?.[1] ?? ""
  const list = (key: string) =>
    [...(new RegExp(`^\\s*${key}\\s*=\\s*\\[([^\\]]*)\\]`, "m").exec(table)?.[1] ?? "").matchAll(/["']([^"']+)["']/g)].map(
      ([, one = ""]) => one,
    )
  return [...list("members"), ...list("exclude").map((one) => `!${one}`)]
}

/** The folders of a workspace of Go. */
export const goMembers = (work: string | undefined): readonly string[] =>
  [...(work ?? "").replace(/\/\/.*$/gm, "").matchAll(/^\s*use\s+(?:\(([^)]*)\)|(\S+))/gm)].flatMap(([, block, one]) =>
    (block ?? one ?? "").split(/\s+/).filter((word) => word !== ""),
  )

const plain = (glob: string): string => glob.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "")

/** The folders among those with a manifest that some globs name; what begins with `!` is left out. */
export const membersAmong = (globs: readonly string[], folders: readonly string[]): readonly string[] => {
  const [without, within] = [globs.filter((glob) => glob.startsWith("!")), globs.filter((glob) => !glob.startsWith("!"))]
  const is = picomatch(within.map(plain))
  const isNot = picomatch(without.map((glob) => plain(glob.slice(1))))
  return folders.filter((folder) => within.length > 0 && is(folder) && !(without.length > 0 && isNot(folder))).toSorted()
}

/** `npm init` writes a test script that only fails; that is no gate. */
export const hasTest = (manifest: string | undefined): boolean => {
  const test = valueAt(jsonOf(manifest), ["scripts", "test"])
  return typeof test === "string" && test.trim() !== "" && !test.includes("no test specified")
}

/** Whether the root's own script only hands on to the members, whose gates say the same with their names. */
export const handsOn = (manifest: string | undefined): boolean => {
  const test = valueAt(jsonOf(manifest), ["scripts", "test"])
  return typeof test === "string" && /--workspaces?\b|\s-(?:ws|r|w)\b|--recursive|\bforeach\b|\b(?:turbo|nx|lerna|wsrun|moon)\b/.test(test)
}
