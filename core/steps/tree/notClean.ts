import * as Effect from "effect/Effect"
import { dirname, join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { madeRows } from "../checkout/madeRows.ts"
import { treeEntries } from "../commit/treeEntries.ts"

const open = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "sequencer", "BISECT_LOG"]

/** What in a tree exists nowhere else, as a person reads it: changed, untracked and ignored files, an open merge, nameless commits. */
export const notClean = Effect.fn("notClean")(function* (tree: { readonly path: string; readonly gitDir?: string }) {
  const git = yield* Git
  const files = yield* Files
  const { commonDir } = yield* Repository
  const entry = (yield* treeEntries()).find((each) => each.path === tree.path)
  const gitDir = tree.gitDir ?? entry?.gitDir
  if (gitDir === undefined || (yield* files.stat(join(tree.path, ".git"))) === undefined) {
    const all = (yield* files.list(tree.path)).filter((name) => name !== ".osier")
    return all.length === 0 ? [] : ["a folder that git does not know"]
  }
  // The folder's own `.git` file may have been rewritten by whoever worked in it; it is not asked.
  const env = { GIT_DIR: gitDir, GIT_COMMON_DIR: commonDir, GIT_WORK_TREE: tree.path }
  const rows = yield* git.fields(
    ["status", "--porcelain", "-z", "--untracked-files=all", "--ignored", "--ignore-submodules=none", "--no-renames"],
    { cwd: tree.path, env },
  )
  const made = yield* madeRows({ path: tree.path, gitDir }, rows)
  const found = made.map((row) => row.slice(3)).filter((path) => path !== ".osier/" && dirname(path) !== ".osier")
  for (const name of open) if ((yield* files.stat(join(gitDir, name))) !== undefined) found.push(name)
  if (entry?.head !== undefined) {
    const named = yield* git.run(["--git-dir", commonDir, "for-each-ref", "--count=1", `--contains=${entry.head}`], { cwd: commonDir })
    if (named.stdout.length === 0) found.push(`commit ${entry.head.slice(0, 12)}`)
  }
  return found
})
