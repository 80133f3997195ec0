import * as Effect from "effect/Effect"
import { basename, join } from "node:path"
import { plainDiff } from "../domain/plainDiff.ts"
import { inScope } from "../domain/scope.ts"
import { FileFailed, Files } from "../world/files.ts"
import { removeWhole } from "../world/folders.ts"
import { Git } from "../world/git.ts"
import { standaloneGit } from "./standaloneGit.ts"

/** What is to be checked out, and what of the last time may stay. */
export interface Wanted {
  readonly tree: string
  /** The commit that HEAD shows to the gate; without one a commit of that tree alone is made. */
  readonly commit: string | undefined
  readonly keepIgnored: readonly string[]
  readonly objectFolders: readonly string[]
}

/**
 * One checkout of a judge: the files in `tree/`, our own git directory in `git/`, with the index we trust, and a second one,
 * made anew for every gate, in `tree/.git`. A gate can do to that one what it likes: nothing is concluded from it.
 */
export const judgeCheckout = (folder: string) => {
  const tree = join(folder, "tree")
  const gitDir = join(folder, "git")
  const madeBySetUp = join(gitDir, "osier-made")
  // Where set-up remembers for which inputs it ran.
  const setUpMemory = join(gitDir, "osier-setup.json")

  const runGit = Effect.fnUntraced(function* (args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const git = yield* Git
    return yield* git.run(args, { cwd: tree, programs: true, env: { ...env, GIT_DIR: gitDir, GIT_WORK_TREE: tree } })
  })
  const fieldsOf = (args: readonly string[]) => Effect.map(runGit(args), (ended) => ended.stdout.toString().split("\0").slice(0, -1))

  /** Tracked paths whose files aren't as the index has them. */
  const dirty = fieldsOf(["diff", ...plainDiff, "--no-renames", "--name-only", "-z"])

  /** Everything that isn't tracked, ignored files included; a folder with nothing tracked in it counts as one. */
  const untracked = fieldsOf(["ls-files", "-z", "--others", "--directory"])

  const discard = (paths: readonly string[]) =>
    Effect.forEach(
      paths,
      Effect.fnUntraced(function* (path) {
        if (!(yield* removeWhole(join(tree, path)))) return yield* stuck(join(tree, path))
      }),
      { discard: true },
    )

  const cold = Effect.fnUntraced(function* (wanted: Wanted) {
    const files = yield* Files
    for (const path of [tree, gitDir]) if (!(yield* removeWhole(path))) return yield* stuck(path)
    yield* files.makeFolder(tree)
    yield* standaloneGit({ path: gitDir, objectFolders: wanted.objectFolders })
    yield* runGit(["read-tree", "-m", "-u", wanted.tree])
  })

  /** The way that costs only what differs; false when anything at all is not as it should be. */
  const warm = Effect.fnUntraced(function* (wanted: Wanted) {
    const files = yield* Files
    const kept = keeps(wanted.keepIgnored)
    const gone = (yield* untracked).filter((path) => !kept(path))
    const known = (yield* files.text(madeBySetUp))?.split("\0")
    // A command whose work is thrown away must run again, although its inputs are the same.
    if (known === undefined || known.some((path) => gone.includes(path))) yield* files.remove(setUpMemory)
    yield* discard(gone)
    yield* standaloneGit({ path: gitDir, objectFolders: wanted.objectFolders })
    yield* runGit(["read-tree", "-m", "-u", wanted.tree])
    return (yield* dirty).length === 0
  })

  /** Remembers what set-up made, so that the next move knows whether it is still there. */
  const made = (paths: readonly string[]) => Files.use((files) => files.write(madeBySetUp, paths.join("\0")))

  /** A fresh git directory for the next gate: same commit, same index, no trace of what an earlier gate did to its own. */
  const openGit = Effect.fnUntraced(function* (wanted: Wanted) {
    const files = yield* Files
    const path = join(tree, ".git")
    if (!(yield* removeWhole(path))) return yield* stuck(path)
    const head = wanted.commit ?? (yield* runGit(["commit-tree", wanted.tree, "-m", "judged"], nobody)).stdout.toString().trim()
    yield* standaloneGit({ path, head, objectFolders: [join(gitDir, "objects"), ...wanted.objectFolders] })
    yield* files.copy(join(gitDir, "index"), join(path, "index"))
  })

  /** The index is only ever written by us, so its tree is the checkout's tree as long as no file differs from it. */
  const indexTree = Effect.map(runGit(["write-tree"]), (ended) => ended.stdout.toString().trim())

  return { tree, gitDir, made, dirty, untracked, discard, cold, warm, openGit, indexTree }
}

const nobody = {
  GIT_AUTHOR_NAME: "osier",
  GIT_AUTHOR_EMAIL: "osier@localhost",
  GIT_AUTHOR_DATE: "@0 +0000",
  GIT_COMMITTER_NAME: "osier",
  GIT_COMMITTER_EMAIL: "osier@localhost",
  GIT_COMMITTER_DATE: "@0 +0000",
}

const stuck = (path: string) =>
  Effect.fail(new FileFailed({ path, doing: "remove", code: "EACCES", reason: "something in it can't be removed" }))

/** Whether an ignored path may stay; a bare name such as `node_modules` is meant at any depth, as in a `.gitignore`. */
const keeps = (patterns: readonly string[]): ((path: string) => boolean) => {
  const bare = inScope(patterns.map((pattern) => pattern.replace(/\/$/, "")).filter((pattern) => !pattern.includes("/")))
  const whole = inScope(patterns.map((pattern) => pattern.replace(/\/$/, "")))
  return (entry) => {
    const path = entry.replace(/\/$/, "")
    return whole(path) || bare(basename(path))
  }
}
