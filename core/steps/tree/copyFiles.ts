import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { dirname, join, sep } from "node:path"
import { inScope } from "../../domain/task/scope.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"

const Copies = Schema.fromJsonString(
  Schema.Record(Schema.String, Schema.Struct({ size: Schema.Finite, mtimeMs: Schema.Finite, ctimeMs: Schema.Finite })),
)

/** What was copied into a tree and how it looked then, by path; what still looks so is not the agent's work. */
export type CopiedFiles = typeof Copies.Type

const record = (gitDir: string) => join(gitDir, "osier-copied.json")

/** Undefined when nothing was ever recorded for that tree. */
export const readCopied = Effect.fn("readCopied")(function* (gitDir: string) {
  const files = yield* Files
  const text = yield* files.text(record(gitDir))
  return text === undefined ? undefined : Option.getOrUndefined(Schema.decodeUnknownOption(Copies)(text))
})

/** Rows of `git status --porcelain -z` without files that were copied into the tree: they are never anybody's work. */
export const withoutCopied = Effect.fn("withoutCopied")(function* (gitDir: string, rows: readonly string[]) {
  const copied = (yield* readCopied(gitDir)) ?? {}
  return rows.filter((row) => !(row.startsWith("?? ") && row.slice(3) in copied))
})

/**
 * Brings files that git does not track from the user's checkout into a tree: those that the globs name, and those that
 * `.worktreeinclude` at the root names in the words of a `.gitignore`. What the tree has already stays as it is.
 */
export const copyFiles = Effect.fn("copyFiles")(function* (input: {
  readonly tree: string
  readonly gitDir: string
  readonly from: string
  readonly copy: readonly string[]
}) {
  const files = yield* Files
  const wanted = yield* pathsToCopy(input.from, input.copy)
  const copied: Record<string, CopiedFiles[string]> = { ...(yield* readCopied(input.gitDir)) }
  const done: string[] = []
  for (const path of wanted) {
    const target = join(input.tree, path)
    if ((yield* files.stat(target)) !== undefined || !(yield* staysInside(input.tree, target))) continue
    yield* files.copy(join(input.from, path), target)
    const stat = yield* files.stat(target)
    if (stat !== undefined) copied[path] = { size: stat.size, mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs }
    done.push(path)
  }
  if (done.length > 0) yield* files.write(record(input.gitDir), JSON.stringify(copied))
  return done
})

/** What would be copied from a checkout: a folder with a `.git` of its own is listed as one entry; it is another repository. */
export const pathsToCopy = Effect.fn("pathsToCopy")(function* (from: string, copy: readonly string[]) {
  const wanted = new Set([...(yield* named(from, copy)), ...(yield* included(from))])
  return [...wanted].filter((path) => !path.endsWith("/") && !path.startsWith(".osier/"))
})

const magic = /[*?[\]{}()!+@\\]/

/** The part of a glob before its first wildcard: nobody has to look elsewhere. */
const prefix = (glob: string): string => {
  const parts = glob.replace(/^(?:\.\/)+/, "").split("/")
  const first = parts.findIndex((part) => magic.test(part))
  return (first < 0 ? parts : parts.slice(0, first)).join("/")
}

const named = Effect.fnUntraced(function* (from: string, globs: readonly string[]) {
  if (globs.length === 0) return []
  const git = yield* Git
  const within = globs.map(prefix).map((path) => (path === "" ? path : `:(literal)${path}`))
  const paths = yield* git.fields(["ls-files", "-z", "--others", "--", ...(within.includes("") ? [] : within)], { cwd: from })
  return paths.filter(inScope(globs))
})

const included = Effect.fnUntraced(function* (from: string) {
  const files = yield* Files
  const git = yield* Git
  const list = join(from, ".worktreeinclude")
  if ((yield* files.stat(list)) === undefined) return []
  return yield* git.fields(["ls-files", "-z", "--others", "--ignored", `--exclude-from=${list}`], { cwd: from })
})

/** A folder of the branch may be a symbolic link to somewhere else; nothing is written through it. */
export const staysInside = Effect.fnUntraced(function* (tree: string, target: string) {
  const files = yield* Files
  let folder = dirname(target)
  while ((yield* files.stat(folder)) === undefined) folder = dirname(folder)
  const real = yield* files.realPath(folder)
  return real === tree || real.startsWith(tree + sep)
})
