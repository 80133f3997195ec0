import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { Tree } from "../../domain/task/tree.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { settleIndex } from "../../world/git/settleIndex.ts"

/** Writes the files of a new tree's branch, its submodules included, and osier's own folder, which hides itself. */
export const fillTree = Effect.fn("fillTree")(function* (tree: Tree) {
  const git = yield* Git
  const files = yield* Files
  const { objectFormat } = yield* Repository
  // Into an empty index and an empty folder: nothing can be overwritten, and no hook runs, unlike with `checkout`.
  yield* git.run(["read-tree", "-m", "-u", "HEAD"], { cwd: tree.path, programs: true })
  const settled = yield* settleIndex(tree.gitDir, tree.path, objectFormat)
  if (!settled) yield* git.run(["update-index", "-q", "--refresh"], { cwd: tree.path, programs: true, codes: [0, 1] })
  if ((yield* files.stat(join(tree.path, ".gitmodules"))) !== undefined) yield* fillSubmodules(tree.path)
  const ignore = join(tree.path, ".osier", ".gitignore")
  if ((yield* files.stat(ignore)) === undefined) yield* files.write(ignore, "*\n")
})

/**
 * `submodule update --init` would write each submodule's address into the configuration that all checkouts share. Given on
 * the command line, the address counts as known and nothing is written.
 */
const fillSubmodules = Effect.fnUntraced(function* (path: string) {
  const git = yield* Git
  const at = { cwd: path, codes: [0, 1] }
  const rows = yield* git.fields(["config", "-z", "--file", ".gitmodules", "--get-regexp", "^submodule\\..*\\.url$"], at)
  const origin = (yield* git.run(["config", "--get", "remote.origin.url"], at)).stdout.toString().trim()
  const config: Record<string, string> = {}
  for (const row of rows) {
    const cut = row.indexOf("\n")
    const key = row.slice(0, cut)
    const known = yield* git.run(["config", "--get", key], at)
    const { root } = yield* Repository
    if (known.code === 0) continue
    config[key] = resolveUrl(row.slice(cut + 1), origin || root)
    config[key.replace(/url$/, "active")] = "true"
  }
  yield* git.run(["submodule", "--quiet", "update", "--init", "--recursive"], { cwd: path, config, programs: true })
})

/** A relative address is meant relative to the repository's own. */
const resolveUrl = (url: string, origin: string): string => {
  if (!url.startsWith("./") && !url.startsWith("../")) return url
  let base = origin.replace(/\/+$/, "")
  let rest = url
  for (;;) {
    if (rest.startsWith("./")) rest = rest.slice(2)
    else if (rest.startsWith("../")) {
      rest = rest.slice(3)
      base = base.includes("/") ? base.slice(0, base.lastIndexOf("/")) : base.slice(0, base.lastIndexOf(":"))
    } else return `${base}/${rest}`
  }
}
