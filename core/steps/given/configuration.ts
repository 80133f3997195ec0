import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { devNull, homedir } from "node:os"
import { dirname, isAbsolute, join, resolve } from "node:path"
import type { SettingChange } from "../../domain/git/settingChange.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { userHooks } from "../../world/git/userHooks.ts"
import { treeEntries } from "../commit/treeEntries.ts"
import { Environment } from "../../world/machine/environment.ts"

/** Everything that git obeys, as bytes, at one moment: by path. No git is asked in a place that somebody may have prepared. */
export type Configuration = ReadonlyMap<string, Obeyed>

export interface Obeyed {
  readonly kind: SettingChange["kind"]
  readonly mode: number
  readonly bytes: Buffer
}

/** Files that git obeys, besides its configuration. */
const besides = ["info/attributes", "info/exclude", "info/sparse-checkout", "info/grafts", "objects/info/alternates", "shallow"]

/** Reads the configuration of the repository, of its worktrees and of the user, with all that these include; and the hooks. */
export const readConfiguration = Effect.fn("readConfiguration")(function* () {
  const files = yield* Files
  const { root, commonDir } = yield* Repository
  const variables = yield* Environment
  const found = new Map<string, Obeyed>()
  const take = Effect.fnUntraced(function* (path: string, kind: Obeyed["kind"]) {
    const stat = yield* files.stat(path).pipe(Effect.orElseSucceed(() => undefined))
    if (found.has(path) || stat === undefined || stat.isDirectory()) return undefined
    const bytes = (yield* files.read(path).pipe(Effect.orElseSucceed(() => undefined))) ?? Buffer.of()
    found.set(path, { kind, mode: stat.mode & 0o7777, bytes })
    return bytes
  })
  const trees = (yield* treeEntries()).map((entry) => join(entry.gitDir, "config.worktree"))
  const open = [join(commonDir, "config"), join(commonDir, "config.worktree"), ...trees, ...ofTheUser(variables)]
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    const bytes = yield* take(path, "config")
    if (bytes === undefined || !leadsOn.test(bytes.toString("latin1"))) continue
    const values = (yield* valuesIn(bytes)) ?? new Map<string, readonly string[]>()
    for (const [key, more] of values) {
      // Whatever the condition says now: it may hold in a tree, or tomorrow.
      if (/^include(?:if\..*)?\.path$/.test(key)) open.push(...more.map((value) => placeOf(variables, value, dirname(path))))
      if (key === "core.attributesfile") for (const value of more) yield* take(placeOf(variables, value, root), "file")
    }
  }
  for (const name of besides) yield* take(join(commonDir, name), "file")
  yield* take(join(userFolder(variables), "git", "attributes"), "file")
  // Where no file and no variable speaks of another folder there is none, and no git needs to be asked.
  const elsewhere = [...found.values()].some(({ kind, bytes }) => kind === "config" && setsHooks.test(bytes.toString("latin1")))
  const hooks = elsewhere || hooksInVariables(variables) ? yield* userHooks().pipe(Effect.orElseSucceed(() => "")) : ""
  // A folder of hooks that is part of the checkout changes with what lands; a tree's own copy is never run.
  const folders = new Set([join(commonDir, "hooks"), ...(isAbsolute(hooks) ? [hooks] : [])])
  for (const folder of folders)
    for (const name of yield* files.list(folder).pipe(Effect.orElseSucceed(() => [])))
      if (!name.endsWith(".sample")) yield* take(join(folder, name), "hook")
  return found satisfies Configuration
})

/** What is not as it was, key by key where git can read both. */
export const settingChanges = Effect.fn("settingChanges")(function* (before: Configuration, after: Configuration) {
  const changes: SettingChange[] = []
  const trees = new Map((yield* treeEntries()).map((entry) => [join(entry.gitDir, "config.worktree"), entry.path]))
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [then, now] = [before.get(path), after.get(path)]
    const kind = (then ?? now)?.kind ?? "file"
    if (then !== undefined && now !== undefined && then.bytes.equals(now.bytes) && then.mode === now.mode) continue
    const whole: SettingChange = { path, kind, ...digest("from", then), ...digest("to", now) }
    if (kind !== "config") {
      changes.push(whole)
      continue
    }
    const [old, young] = [yield* valuesIn(then?.bytes ?? Buffer.of()), yield* valuesIn(now?.bytes ?? Buffer.of())]
    if (old === undefined || young === undefined) {
      changes.push(whole)
      continue
    }
    for (const key of new Set([...old.keys(), ...young.keys()])) {
      const [from, to] = [old.get(key), young.get(key)]
      if (JSON.stringify(from) === JSON.stringify(to) || isOwnShape(path, key, [from, to], trees.get(path))) continue
      changes.push({ path, kind, key, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) })
    }
  }
  return changes
})

/** That a tree is no bare repository and where it stands comes with every tree and goes with it, and says nothing new. */
const isOwnShape = (path: string, key: string, values: readonly (readonly string[] | undefined)[], tree: string | undefined): boolean => {
  if (!/[\\/]worktrees[\\/][^\\/]+[\\/]config\.worktree$/.test(path)) return false
  const harmless = key === "core.bare" ? "false" : key === "core.worktree" ? tree : undefined
  const gone = tree === undefined && key === "core.worktree"
  return values.every((all, n) => all === undefined || (gone && n === 0) || (all.length === 1 && all[0] === harmless))
}

const digest = (name: "from" | "to", file: Obeyed | undefined) =>
  file === undefined
    ? {}
    : { [name]: [`${(file.mode & 0o111).toString(8)} ${createHash("sha256").update(file.bytes).digest("hex").slice(0, 16)}`] }

/** Every key with its values; undefined when git can't read it. The file is given as text, and nothing in it is obeyed. */
export const valuesIn = Effect.fn("valuesIn")(function* (bytes: Buffer) {
  if (bytes.length === 0) return new Map<string, readonly string[]>()
  const git = yield* Git
  const asked = yield* git.run(["config", "--no-includes", "--file", "-", "--list", "-z"], {
    cwd: dirname(process.execPath),
    input: bytes,
    env: { GIT_DIR: devNull, GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: "1" },
    no: /bad config/,
  })
  if (asked.code !== 0) return undefined
  const values = new Map<string, string[]>()
  for (const row of asked.stdout.toString().split("\0").slice(0, -1)) {
    const cut = row.indexOf("\n")
    const key = cut < 0 ? row : row.slice(0, cut)
    values.set(key, [...(values.get(key) ?? []), cut < 0 ? "true" : row.slice(cut + 1)])
  }
  const read: ReadonlyMap<string, readonly string[]> = values
  return read
})

const setsHooks = /hookspath/i

type Variables = Readonly<Record<string, string | undefined>>

const hooksInVariables = (variables: Variables): boolean =>
  Object.entries(variables).some(([name, value]) => name.startsWith("GIT_CONFIG_") && setsHooks.test(value ?? ""))

const leadsOn = /include|attributesfile/i

const homeOf = (variables: Variables): string => variables["HOME"] ?? homedir()

const userFolder = (variables: Variables): string => variables["XDG_CONFIG_HOME"] || join(homeOf(variables), ".config")

const ofTheUser = (variables: Variables): readonly string[] => {
  const global = variables["GIT_CONFIG_GLOBAL"]
  const own = global === undefined ? [join(homeOf(variables), ".gitconfig"), join(userFolder(variables), "git", "config")] : [global]
  const system = variables["GIT_CONFIG_NOSYSTEM"] === undefined ? [variables["GIT_CONFIG_SYSTEM"] ?? "/etc/gitconfig"] : []
  return [...own, ...system].filter((path) => path !== "" && path !== devNull)
}

const placeOf = (variables: Variables, value: string, from: string): string =>
  value.startsWith("~/") ? join(homeOf(variables), value.slice(2)) : resolve(from, value)
