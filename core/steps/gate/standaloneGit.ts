import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { Seen } from "../../world/machine/seen.ts"

/** Settings of the repository that decide which bytes a checkout has. No others are taken over: an agent could have written them. */
const carried = /^core\.(?:autocrlf|eol|symlinks|filemode|ignorecase|precomposeunicode|longpaths)$/

// Whatever a person configured, these decide whether a change of a file is seen.
const strict = ["checkStat = default", "trustctime = true", "splitIndex = false", "untrackedCache = false", "sparseCheckout = false"].map(
  (line) => `\t${line}`,
)

/**
 * Writes a git directory of its own that borrows the repository's objects: no remotes, no hooks, only the refs that are given,
 * nothing of the repository's configuration but how files are checked out. Whoever works in it can move its refs only.
 */
export const standaloneGit = Effect.fn("standaloneGit")(function* (input: {
  readonly path: string
  /** A commit to be on, detached; without one there is no commit yet. */
  readonly head?: string
  /** Branches and tags to show in it, by their full names. */
  readonly refs?: ReadonlyMap<string, string>
  /** More folders of objects to borrow from. */
  readonly objectFolders: readonly string[]
}) {
  const files = yield* Files
  const { commonDir, objectFormat } = yield* Repository
  const { checkoutRules } = yield* Seen
  const core = checkoutRules.get(commonDir) ?? (yield* rules)
  checkoutRules.set(commonDir, core)
  const sha256 = objectFormat === "sha256"
  const config = [
    "[core]",
    `\trepositoryformatversion = ${sha256 ? 1 : 0}`,
    "\tbare = false",
    ...core,
    ...strict,
    ...(sha256 ? ["[extensions]", "\tobjectformat = sha256"] : []),
    "[diff]",
    "\tautoRefreshIndex = true",
    "\tignoreSubmodules = none",
    "[gc]",
    "\tauto = 0",
  ]
  const alternates = [join(commonDir, "objects"), ...input.objectFolders].map(quoted)
  const { path } = input
  yield* Effect.forEach(["refs/heads", "refs/tags", "objects/info", "objects/pack", "info"], (folder) =>
    files.makeFolder(join(path, folder)),
  )
  yield* files.write(join(path, "objects/info/alternates"), `${alternates.join("\n")}\n`)
  yield* files.write(join(path, "config"), `${config.join("\n")}\n`)
  const shallow = yield* files.read(join(commonDir, "shallow"))
  if (shallow !== undefined) yield* files.write(join(path, "shallow"), shallow)
  const refs = [...(input.refs ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (refs.length > 0) yield* files.write(join(path, "packed-refs"), refs.map(([name, oid]) => `${oid} ${name}\n`).join(""))
  // Last: without it git doesn't take the folder for a repository, so a half-written one is none.
  yield* files.write(join(path, "HEAD"), input.head === undefined ? "ref: refs/heads/none\n" : `${input.head}\n`)
})

/** Read once: what changes while agents work would decide over trees that are judged. */
const rules = Effect.gen(function* () {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const rows = yield* git.fields(["config", "--local", "-z", "--get-regexp", "^core\\."], {
    cwd: commonDir,
    env: { GIT_DIR: commonDir },
    codes: [0, 1],
  })
  return rows.flatMap((row) => {
    const [key = "", value = "true"] = row.split("\n", 2)
    return carried.test(key) && /^[a-z]+$/i.test(value) ? [`\t${key.slice("core.".length)} = ${value}`] : []
  })
})

/** One folder a line; git reads a line that starts with a quote as C text, and one with a hash as a comment. */
const quoted = (path: string): string => (/^["#]|\n/.test(path) ? `"${path.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n")}"` : path)
