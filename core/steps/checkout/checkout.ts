import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { mainCheckout } from "../../world/git/mainCheckout.ts"
import { Repository } from "../../world/git/repository.ts"
import { treeEntries } from "../commit/treeEntries.ts"

/** A folder where a branch is checked out, with the git directory that belongs to it. */
export interface Checkout {
  readonly path: string
  readonly gitDir: string
}

/** The checkout can't be brought along now. It goes by itself: the files get free, the operation ends. */
export interface Blocked {
  readonly type: "blocked"
  readonly checkout: string
  /** Paths below the checkout; empty when no file is the reason. */
  readonly files: readonly string[]
  readonly reason: string
}

/** How git runs in a checkout. Its `.git` file is not asked: whoever worked there may have rewritten it. */
export const gitIn = (checkout: Checkout, commonDir: string, index?: string) => ({
  cwd: checkout.path,
  env: {
    GIT_DIR: checkout.gitDir,
    GIT_COMMON_DIR: commonDir,
    GIT_WORK_TREE: checkout.path,
    ...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
  },
})

/** Every checkout that has the branch, main or linked, and every one that is in the middle of rebasing it. */
export const findCheckouts = Effect.fn("findCheckouts")(function* (target: string) {
  const files = yield* Files
  const { commonDir } = yield* Repository
  const main = yield* ownCheckout
  const all: readonly Checkout[] = [...(main === undefined ? [] : [{ path: main, gitDir: commonDir }]), ...(yield* treeEntries())]
  const found: Checkout[] = []
  for (const { path, gitDir } of all) {
    const names = ["HEAD", "rebase-merge/head-name", "rebase-apply/head-name"]
    const texts = yield* Effect.forEach(names, (name) => files.text(join(gitDir, name)))
    const on = texts.some((text) => text?.trim().replace(/^ref: /, "") === target)
    if (on && (yield* files.stat(path)) !== undefined) found.push({ path, gitDir })
  }
  return found
})

/** The folder that the repository's own git directory belongs to; a bare repository has none. */
const ownCheckout = Effect.gen(function* () {
  const { commonDir, gitDir, bare, root } = yield* Repository
  if (gitDir === commonDir) return bare ? undefined : root
  const main = yield* mainCheckout(commonDir)
  return main.type === "at" ? main.path : undefined
})

/**
 * Why a branch can't be moved: it is checked out in a place that nobody can tell, where git would then show all that the move
 * brought as taken back.
 */
export const checkedOutSomewhere = Effect.fn("checkedOutSomewhere")(function* (target: string) {
  const files = yield* Files
  const { commonDir, gitDir } = yield* Repository
  if (gitDir === commonDir || (yield* files.text(join(commonDir, "HEAD")))?.trim() !== `ref: ${target}`) return undefined
  if ((yield* mainCheckout(commonDir)).type !== "unknown") return undefined
  const reason = `${target} is checked out somewhere that ${commonDir} does not name; start osier once in that checkout (\`osier ls\`)`
  return { type: "blocked", checkout: commonDir, files: [], reason } satisfies Blocked
})

const operations: Readonly<Record<string, string>> = {
  MERGE_HEAD: "a merge",
  CHERRY_PICK_HEAD: "a cherry-pick",
  REVERT_HEAD: "a revert",
  "rebase-merge": "a rebase",
  "rebase-apply": "a rebase or `git am`",
  sequencer: "a sequence of commits",
  BISECT_LOG: "a bisection",
}

/** What forbids to touch the checkout at all, whichever files a landing changes. */
export const busyWith = Effect.fn("busyWith")(function* (checkout: Checkout) {
  const files = yield* Files
  const git = yield* Git
  const { commonDir } = yield* Repository
  for (const [name, words] of Object.entries(operations)) {
    if ((yield* files.stat(join(checkout.gitDir, name))) !== undefined) return `${words} is in progress`
  }
  if ((yield* files.stat(join(checkout.gitDir, "index"))) === undefined) return "it has no index"
  const sparse = yield* git.run(["config", "--type=bool", "--get", "core.sparseCheckout"], {
    ...gitIn(checkout, commonDir),
    codes: [0, 1],
  })
  if (sparse.stdout.toString().trim() === "true") return "it is a sparse checkout"
  // A split index has its larger part in a file of that name beside it.
  if (!(yield* files.list(checkout.gitDir)).some((name) => name.startsWith("sharedindex."))) return undefined
  const shared = yield* git.text(["rev-parse", "--shared-index-path"], gitIn(checkout, commonDir))
  return shared === "" ? undefined : "its index is split"
})
