import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { PathChange } from "../../domain/git/pathChange.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { trustFiles } from "../../world/machine/trustFiles.ts"
import { gitIn } from "./checkout.ts"
import type { Checkout } from "./checkout.ts"
import { changesBetween } from "../commit/changesBetween.ts"
import { phantomsAmong } from "./phantomsAmong.ts"

const none = /^0+$/

const raw = Effect.fnUntraced(function* (args: readonly string[], options: { readonly cwd: string; readonly env: Record<string, string> }) {
  const git = yield* Git
  const [verb = "", ...rest] = args
  const fields = yield* git.fields([verb, "--raw", "-z", "--no-abbrev", ...rest], options)
  const found: PathChange[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [from = "", to = "", before = "", after = ""] = (fields[at] ?? "").slice(1).split(" ")
    const side = (mode: string, oid: string) => (none.test(mode) ? undefined : `${mode} ${oid}`)
    found.push({ path: fields[at + 1] ?? "", before: side(from, before), after: side(to, after) })
  }
  return found
})

/** What the index has staged over a commit. */
export const stagedOver = Effect.fn("stagedOver")(function* (checkout: Checkout, index: string, commit: string) {
  const { commonDir } = yield* Repository
  const args = ["diff-index", "--cached", "--no-renames", "--ignore-submodules=none", commit]
  return new Map((yield* raw(args, gitIn(checkout, commonDir, index))).map((each) => [each.path, each]))
})

/** What the files have changed over the index; `after` is undefined where the file is gone. */
export const changedOver = Effect.fn("changedOver")(function* (checkout: Checkout, index: string) {
  const { commonDir } = yield* Repository
  const rows = yield* raw(["diff-files", "--no-renames", "--ignore-submodules=all"], gitIn(checkout, commonDir, index))
  return new Map(rows.map((each) => [each.path, each]))
})

/**
 * Which files keep a checkout from moving between two commits, as `git merge --ff-only --no-overwrite-ignore` would
 * decide, only that it names all of them. `index` is a refreshed copy of the checkout's own.
 */
export const inTheWay = Effect.fn("inTheWay")(function* (checkout: Checkout, index: string, from: string, to: string) {
  const git = yield* Git
  const { commonDir, objectFormat } = yield* Repository
  const changes = yield* changesBetween(from, to)
  const links = changes.filter((each) => [each.before, each.after].some((side) => side?.startsWith("160000")))
  if (links.length > 0) return { files: links.map((each) => each.path), reason: "a submodule would move" }
  const staged = yield* stagedOver(checkout, index, from)
  const changed = yield* changedOver(checkout, index)
  const touched = new Set(changes.map(({ path }) => path))
  const nobodys = yield* phantomsAmong(
    checkout,
    [...changed.values()].filter(({ path }) => touched.has(path)),
  )
  const states = new Map([...nobodys].map(([path, { state }]) => [path, state]))
  if (states.size > 0 && (yield* trustFiles(index, states, objectFormat))) for (const path of states.keys()) changed.delete(path)
  const dirty = changes.filter((each) => isDirty(each, staged.get(each.path), changed.get(each.path))).map((each) => each.path)
  dirty.push(...stagedAcross(changes, [...staged.values()]))
  const added = changes.filter((each) => each.before === undefined && !staged.has(each.path))
  const present = yield* occupied(checkout, added, changes)
  if (dirty.length > 0 || present.length > 0) {
    const why = [...(dirty.length > 0 ? ["changed by you"] : []), ...(present.length > 0 ? ["there, and not in git"] : [])]
    return { files: [...new Set([...dirty, ...present])], reason: `files that it would write are ${why.join(", or ")}` }
  }
  // git has the last word: it knows what no list of ours thinks of.
  const tried = yield* git.run(["read-tree", "-m", "-u", "--dry-run", from, to], {
    ...gitIn(checkout, commonDir, index),
    no: /^error: /m,
  })
  if (tried.code === 0) return undefined
  const said = /^(?:error|fatal): (.*)$/m.exec(tried.stderr)?.[1] ?? "git refuses"
  const named = /'(.+)'/s.exec(said)?.[1]
  return { files: named === undefined ? [] : [named], reason: said }
})

/** The index may already hold what lands, or nothing where it is to vanish; then git leaves index and file as they are. */
const isDirty = (change: PathChange, staged: PathChange | undefined, changed: PathChange | undefined): boolean => {
  if (staged !== undefined) return staged.after !== change.after
  return changed !== undefined && (changed.after !== undefined || change.after !== undefined)
}

const foldersOf = (path: string): readonly string[] => {
  const parts = path.split("/")
  return parts.slice(1).map((_, n) => parts.slice(0, n + 1).join("/"))
}

/** What is staged where a file becomes a folder or a folder a file; git would drop it, from the index and from the disk. */
const stagedAcross = (changes: readonly PathChange[], staged: readonly PathChange[]): readonly string[] => {
  const paths = new Set(changes.map((change) => change.path))
  const folders = new Set(changes.flatMap((change) => (change.after === undefined ? [] : foldersOf(change.path))))
  const crosses = (path: string) => folders.has(path) || foldersOf(path).some((folder) => paths.has(folder))
  return staged.filter((each) => each.after !== undefined && !paths.has(each.path) && crosses(each.path)).map((each) => each.path)
}

const foldsCase = Effect.fnUntraced(function* (checkout: Checkout) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const asked = yield* git.run(["config", "--type=bool", "--get", "core.ignoreCase"], { ...gitIn(checkout, commonDir), codes: [0, 1] })
  return asked.stdout.toString().trim() === "true"
})

/** Paths that are to be created and are taken by something git does not track, or lie below such a thing. */
const occupied = Effect.fnUntraced(function* (checkout: Checkout, added: readonly PathChange[], changes: readonly PathChange[]) {
  const files = yield* Files
  const replaced = new Set(changes.filter((each) => each.before !== undefined).map((each) => each.path))
  const seen = new Map<string, "free" | "folder" | "taken">()

  const look = Effect.fnUntraced(function* (path: string) {
    const known = seen.get(path)
    if (known !== undefined) return known
    const stat = yield* files.stat(join(checkout.path, path))
    const is = stat === undefined ? "free" : stat.isDirectory() ? "folder" : replaced.has(path) ? "free" : "taken"
    seen.set(path, is)
    return is
  })
  /** The first file below a folder that would not be removed anyway. */
  const strangerIn = (folder: string): Effect.Effect<string | undefined, Effect.Error<ReturnType<typeof files.list>>> =>
    Effect.gen(function* () {
      for (const name of yield* files.list(join(checkout.path, folder))) {
        const path = `${folder}/${name}`
        const stat = yield* files.stat(join(checkout.path, path))
        if (stat?.isDirectory() === true) {
          const inner = yield* strangerIn(path)
          if (inner !== undefined) return inner
        } else if (!replaced.has(path)) return path
      }
      return undefined
    })

  const found = new Set<string>()
  // On a file system that folds case, `README` is there as long as `readme` is.
  const lower = new Set([...replaced].map((path) => path.toLowerCase()))
  const folding = added.some(({ path }) => lower.has(path.toLowerCase())) && (yield* foldsCase(checkout))
  for (const { path } of added) {
    if (folding && lower.has(path.toLowerCase())) continue
    const parts = path.split("/")
    for (let depth = 1; depth <= parts.length; depth++) {
      const part = parts.slice(0, depth).join("/")
      const is = yield* look(part)
      if (is === "taken") found.add(part)
      if (is === "folder" && depth === parts.length) {
        const stranger = yield* strangerIn(part)
        if (stranger !== undefined) found.add(stranger)
      }
      if (is !== "folder") break
    }
  }
  return [...found]
})
