import * as Effect from "effect/Effect"
import { dirname, join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Objects } from "../../world/git/objects.ts"
import { passingName } from "../../world/machine/passing.ts"
import { Repository } from "../../world/git/repository.ts"
import { Refs } from "../../world/git/refs.ts"

/** A place to merge in: a git directory and a work tree of our own over the repository's objects. */
export interface MergeView {
  readonly gitDir: string
  /** Nothing in the repository is replaced by something else, so what is read there is what the view shows. */
  readonly plain: boolean
  /** Where git has to run, with which environment, to see this view. */
  readonly options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }
}

/**
 * Makes a view for merging on top of `commit`, for as long as the scope lives.
 *
 * The git directory is our own, so that merge drivers, replaced objects and `info/attributes` written into the
 * repository by anybody change no merge. The work tree holds the `.gitattributes` files of the commit and nothing else:
 * git takes merge attributes from the work tree, even from files that nobody committed.
 */
export const mergeView = Effect.fn("mergeView")(function* (commit: string) {
  const { own, commonDir, objectFormat } = yield* Repository
  const files = yield* Files
  const git = yield* Git
  const objects = yield* Objects
  const root = join(own, "views", passingName())
  yield* Effect.acquireRelease(files.makeFolder(join(root, "git", "refs", "heads")), () => Effect.ignore(files.remove(root)))
  const gitDir = join(root, "git")
  const workTree = join(root, "tree")
  yield* files.makeFolder(workTree)
  yield* files.write(join(gitDir, "HEAD"), "ref: refs/heads/none\n")
  const format = objectFormat === "sha256" ? "\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n" : ""
  yield* files.write(join(gitDir, "config"), `[core]\n\tbare = false\n${format === "" ? "\trepositoryformatversion = 0\n" : format}`)
  const entries = yield* git.fields(["--git-dir", commonDir, "ls-tree", "-r", "-z", "--full-tree", commit], { cwd: commonDir })
  for (const entry of entries) {
    const facts = entry.slice(0, entry.indexOf("\t"))
    const path = entry.slice(facts.length + 1)
    // git ignores attributes behind a symbolic link, and so do we.
    if (!/(?:^|\/)\.gitattributes$/.test(path) || !facts.startsWith("100") || escapes(path)) continue
    const blob = yield* objects.read(facts.split(" ")[2] ?? "")
    if (blob === undefined) continue
    yield* files.makeFolder(dirname(join(workTree, path)))
    yield* files.write(join(workTree, path), blob.data)
  }
  const env = {
    GIT_DIR: gitDir,
    GIT_WORK_TREE: workTree,
    GIT_OBJECT_DIRECTORY: join(commonDir, "objects"),
    GIT_SHALLOW_FILE: join(commonDir, "shallow"),
    GIT_NO_REPLACE_OBJECTS: "1",
  }
  const refs = yield* Refs
  const plain = (yield* refs.list("refs/replace/")).size === 0
  return { gitDir, plain, options: { cwd: workTree, env } } satisfies MergeView
})

/** A tree made by hand may hold such names; they must not lead out of the view. */
const escapes = (path: string): boolean => path.split("/").some((part) => [".", "..", "", ".git"].includes(part.toLowerCase()))
