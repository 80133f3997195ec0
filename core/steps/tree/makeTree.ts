import * as Effect from "effect/Effect"
import { join, sep } from "node:path"
import { nthName, type Tree, treeLock } from "../../domain/task/tree.ts"
import { Files } from "../../world/machine/files.ts"
import { claimFolder } from "../../world/machine/folders.ts"
import { Git } from "../../world/git/git.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { addWorktree } from "./addWorktree.ts"
import { claimBranch } from "./claimBranch.ts"
import { fillTree } from "./fillTree.ts"
import { dropEntry } from "./removeTree.ts"
import { treeEntries } from "../commit/treeEntries.ts"

/** What a tree is made of. */
export interface NewTree {
  /** The folder of all trees, absolute; made when absent. */
  readonly root: string
  /** The wished-for name of the tree's folder, such as `add-login-12`. */
  readonly name: string
  readonly branch: string
  /** The commit that a new branch starts from. */
  readonly base: string
  /** What to do with a branch of that name: continue it, or keep its tip and cut it anew; else another name is taken. */
  readonly existing?: "adopt" | "fresh" | undefined
}

/**
 * A linked worktree on a branch of its own, filled, locked, and with an index that git trusts. Any number may be made at
 * once, by any number of processes. What fails leaves nothing behind.
 */
export const makeTree = Effect.fn("makeTree")(function* (input: NewTree) {
  const files = yield* Files
  const refs = yield* Refs
  const root = yield* prepareRoot(input.root)
  const claimed = yield* claimBranch(input)
  const path = yield* freePath(root, input.name)
  const tree = yield* Effect.gen(function* () {
    const gitDir = yield* addWorktree({ path, branch: claimed.branch, lock: `${treeLock} ${input.name}` })
    const tree: Tree = { path, branch: claimed.branch, base: claimed.base, gitDir }
    yield* fillTree(tree).pipe(
      Effect.onExit((exit) => (exit._tag === "Success" ? Effect.void : Effect.ignore(dropEntry({ path, gitDir })))),
    )
    return tree
  }).pipe(
    Effect.onExit((exit) => {
      if (exit._tag === "Success") return Effect.void
      const { made } = claimed
      const branch = `refs/heads/${claimed.branch}`
      const back = made === undefined ? Effect.void : refs.swap([{ ref: branch, from: made, to: undefined }])
      return Effect.andThen(Effect.ignore(files.remove(path)), Effect.ignore(back))
    }),
  )
  return tree
})

/** What git says where no checkout is, or one of somebody else that it does not enter. */
const outsideOfAny = /not a git repository|dubious ownership/

/** Makes the folder of all trees. Inside somebody's checkout it hides itself, or `git status` there would show every tree. */
const prepareRoot = Effect.fnUntraced(function* (wished: string) {
  const files = yield* Files
  const git = yield* Git
  const repository = yield* Repository
  const known = (yield* files.stat(wished)) !== undefined
  yield* files.makeFolder(wished)
  const root = yield* files.realPath(wished)
  const ignore = join(root, ".gitignore")
  const inOwn = !repository.bare && root.startsWith(repository.root + sep)
  if ((known && !inOwn) || (yield* files.stat(ignore)) !== undefined) return root
  const inside =
    inOwn || (yield* git.run(["rev-parse", "--is-inside-work-tree"], { cwd: root, no: outsideOfAny })).stdout.toString().trim() === "true"
  if (inside) yield* files.write(ignore, "*\n")
  return root
})

/** An empty folder that nobody else has: making a folder is the claim. One that an entry still names is somebody's as well. */
const freePath = Effect.fnUntraced(function* (root: string, name: string) {
  const taken = new Set((yield* treeEntries()).map((entry) => entry.path))
  for (let n = 1; ; n++) {
    const path = join(root, nthName(name, n))
    if (!taken.has(path) && (yield* claimFolder(path))) return path
  }
})
