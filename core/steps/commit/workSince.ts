import * as Effect from "effect/Effect"
import { ownName } from "../../domain/git/keptName.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { pathsBetween } from "./changesBetween.ts"

/** What work came to: the commit that it began from, and how many files differ from there. */
export interface Work {
  readonly base?: string
  readonly files: number
}

/**
 * Compares a tree of work with where its history left the target's. Only what differs is work: a tree also holds all that
 * nobody touched, and osier's own folder.
 */
export const workSince = Effect.fn("workSince")(function* (tree: string, head: string | undefined, onto: string | undefined) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const ask = (...args: readonly string[]) => git.fields(["--git-dir", commonDir, ...args], { cwd: commonDir })
  const forked = Effect.fnUntraced(function* (from: string, other: string) {
    const found = yield* git.run(["--git-dir", commonDir, "merge-base", from, other], {
      cwd: commonDir,
      codes: [0, 1],
      no: /Not a valid (?:commit|object) name/,
    })
    const oid = found.stdout.toString().trim()
    return oid === "" ? from : oid
  })
  // A branch without a commit, or one that was taken away, leaves nothing else to compare with.
  const base = head === undefined || onto === undefined ? (head ?? onto) : yield* forked(head, onto)
  const paths = base === undefined ? yield* ask("ls-tree", "-r", "-z", "--name-only", tree) : yield* pathsBetween(base, tree)
  // A keep writes some names in another way, so that one file may stand there under two.
  const own = new Set(paths.filter((path) => !path.startsWith(".osier/")).map((path) => path.split("/").map(ownName).join("/")))
  return { ...(base === undefined ? {} : { base }), files: own.size } satisfies Work
})
