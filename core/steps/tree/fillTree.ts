import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { Tree } from "../../domain/task/tree.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { settleIndex } from "../../world/git/settleIndex.ts"
import { fillSubmodules } from "./fillSubmodules.ts"

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
