import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Refs } from "../../world/git/refs.ts"

/** Where a checkout stands: the full name of its branch, unless it is on none, and the commit, unless there is none yet. */
export interface TreeHead {
  readonly branch?: string
  readonly oid?: string
}

/** Where the checkout of a git directory stands, read from the directory itself. */
export const treeHead = Effect.fn("treeHead")(function* (gitDir: string) {
  const files = yield* Files
  const refs = yield* Refs
  const text = (yield* files.text(join(gitDir, "HEAD")))?.trim() ?? ""
  const branch = /^ref: (refs\/.+)$/.exec(text)?.[1]
  // So that other ref stores can have it elsewhere; git knows where.
  const named = branch === "refs/heads/.invalid" ? yield* byGit(gitDir) : branch
  const oid = named === undefined ? text : yield* refs.read(named)
  return { ...(named === undefined ? {} : { branch: named }), ...(oid === undefined || oid === "" ? {} : { oid }) } satisfies TreeHead
})

const byGit = Effect.fnUntraced(function* (gitDir: string) {
  const git = yield* Git
  const head = yield* git.run(["--git-dir", gitDir, "symbolic-ref", "-q", "HEAD"], { cwd: gitDir, codes: [0, 1] })
  return head.stdout.toString().trim() || undefined
})
