import { quoteWord } from "../text/quoteWord.ts"

/** One thing that git obeys and that is not as it was: a key of its configuration, a hook, or another file. */
export interface SettingChange {
  readonly path: string
  readonly kind: "config" | "hook" | "file"
  /** Only of configuration that git can read. */
  readonly key?: string
  /** Absent when it was not there. */
  readonly from?: readonly string[]
  /** Absent when it is gone. */
  readonly to?: readonly string[]
}

/** Keys that make git start a program, read more configuration, or take another place for the repository or a remote. */
const powerful = [
  /^filter\..*\.(?:clean|smudge|process)$/,
  /^diff\.external$/,
  /^diff\..*\.(?:command|textconv)$/,
  /^merge\..*\.driver$/,
  /^core\.(?:alternaterefscommand|askpass|attributesfile|bare|fsmonitor|gitproxy|hookspath|sshcommand|worktree)$/,
  /^credential\.(?:.*\.)?helper$/,
  /^gpg\.(?:.*\.)?(?:program|defaultkeycommand)$/,
  /^include\.path$/,
  /^includeif\..*\.path$/,
  /^protocol\./,
  /^submodule\..*\.update$/,
  /^remote\..*\.(?:uploadpack|receivepack|vcs)$/,
  /^remote\..*\.(?:push)?url$/,
  /^url\./,
  /^uploadpack\.packobjectshook$/,
  /^extensions\./,
  /^(?:http|ssh)\..*proxy/,
]

/** Adding a remote starts nothing; only one whose address is a program does. */
const isHarmlessRemote = ({ key = "", from, to = [] }: SettingChange): boolean =>
  /^remote\..*\.(?:push)?url$/.test(key) && from === undefined && !to.some((value) => value.includes("::"))

/** Whether git would start something on its account, or go elsewhere; what was there before was the user's own. */
export const isPowerful = (change: SettingChange): boolean => {
  if (change.kind === "hook") return change.to !== undefined
  if (change.kind === "file") return change.path.endsWith("attributes")
  if (change.key === undefined) return true
  const key = change.key.toLowerCase()
  // What is gone starts nothing, but these two say where the checkout is.
  if (change.to === undefined && !/^core\.(?:bare|worktree)$/.test(key)) return false
  return powerful.some((pattern) => pattern.test(key)) && !isHarmlessRemote(change)
}

/** Values that may hold a secret are not repeated. */
const shown = (key: string, value: string): string => {
  if (/extraheader|token|password|secret|cookie/i.test(key)) return "(not shown)"
  return JSON.stringify(value.replace(/(\w:\/\/)[^/@\s]*@/g, "$1…@").slice(0, 200))
}

const valuesText = (key: string, values: readonly string[]): string => values.map((value) => shown(key, value)).join(", ")

/** What changed, in a line: the key, its values before and after, and the file. */
export const changeText = ({ path, key, from, to }: SettingChange): string => {
  const what = key === undefined ? path : key
  const where = key === undefined ? "" : ` in ${path}`
  const name = key ?? ""
  if (from === undefined) return `${what} is new${key === undefined || to === undefined ? "" : ` (${valuesText(name, to)})`}${where}`
  if (to === undefined) return `${what} is gone${key === undefined ? "" : ` (it was ${valuesText(name, from)})`}${where}`
  return `${what} changed${key === undefined ? "" : ` from ${valuesText(name, from)} to ${valuesText(name, to)}`}${where}`
}

/** What a person types to have it as it was. */
export const undoCommand = ({ path, key, from, to }: SettingChange): string => {
  if (key === undefined) return from === undefined ? `rm ${quoteWord(path)}` : `look at ${quoteWord(path)}`
  const config = `git config --file ${quoteWord(path)}`
  if (from === undefined) return `${config} --unset-all ${quoteWord(key)}`
  const [first = "", ...rest] = from.map((value) => (shown(key, value) === JSON.stringify(value) ? quoteWord(value) : "<its old value>"))
  const add = (value: string) => `${config} --add ${quoteWord(key)} ${value}`
  return [to === undefined ? add(first) : `${config} --replace-all ${quoteWord(key)} ${first}`, ...rest.map(add)].join(" && ")
}
