import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { commitTitle } from "../../domain/task/commitTitle.ts"
import type { Titled } from "../../domain/task/commitTitle.ts"
import { identityVariables } from "../../domain/settings/environment.ts"
import { plainDiff } from "../../domain/text/plainDiff.ts"
import { withoutOsierTrailers } from "../../domain/task/trailers.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"

/** A commit was asked for in the user's own checkout, where osier never commits. */
export class NotATree extends Data.TaggedError("NotATree")<{ readonly path: string }> {
  override get message() {
    return `${this.path} is your own checkout, and osier never commits there`
  }
  get hint() {
    return "Name a task's tree; in your own checkout use `git commit`."
  }
  readonly exit = 2
}

/** Commits everything in a tree in conventional form; answers with the commit, undefined when there was nothing to commit. */
export const commitTree = Effect.fn("commitTree")(function* (tree: string, said: Titled & { readonly body?: string }) {
  const [git, files, { root }, { committer, stated }] = [yield* Git, yield* Files, yield* Repository, yield* RunIdentity]
  const at = { cwd: tree }
  const top = yield* git.text(["rev-parse", "--show-toplevel"], at)
  if ((yield* files.realPath(top)) === (yield* files.realPath(root))) return yield* new NotATree({ path: tree })
  yield* git.run(["add", "-A", "--", "."], { cwd: top, programs: true })
  const staged = yield* git.run(["diff", ...plainDiff, "--cached", "--quiet"], { ...at, codes: [0, 1] })
  if (staged.code === 0) return undefined
  const body = said.body === undefined ? "" : `\n\n${said.body}`
  const env = stated ? {} : identityVariables(committer)
  yield* git.run(["commit", "-q", "--cleanup=whitespace", "-F", "-"], {
    ...at,
    env,
    programs: true,
    input: withoutOsierTrailers(`${commitTitle(said, "conventional")}${body}\n`),
  })
  return yield* git.text(["rev-parse", "HEAD"], at)
})
