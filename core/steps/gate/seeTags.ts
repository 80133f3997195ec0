import * as Effect from "effect/Effect"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { Seen } from "../../world/machine/seen.ts"

/** The tags as they were when this process looked first: one that an agent puts somewhere says nothing to a gate. */
export const seeTags = Effect.fn("seeTags")(function* () {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const { tags } = yield* Seen
  const known = tags.get(commonDir)
  if (known !== undefined) return known
  const listed = yield* git.text(["--git-dir", commonDir, "for-each-ref", "--format=%(objectname) %(refname)", "refs/tags/"], {
    cwd: commonDir,
  })
  const seen = new Map(listed.split("\n").flatMap((row) => (row === "" ? [] : [rowOf(row)])))
  tags.set(commonDir, seen)
  return seen
})

const rowOf = (row: string): readonly [string, string] => {
  const space = row.indexOf(" ")
  return [row.slice(space + 1), row.slice(0, space)]
}
