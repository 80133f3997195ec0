import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Files } from "../../world/machine/files.ts"

const marks: readonly (readonly [string, string])[] = [
  ["MERGE_HEAD", "merge"],
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["BISECT_LOG", "bisect"],
]

/** A merge or rebase that the agent left open: committing it away would hide its conflict markers. */
export const openOperation = Effect.fnUntraced(function* (gitDir: string) {
  const files = yield* Files
  const seen = yield* Effect.forEach(marks, ([name]) => files.stat(join(gitDir, name)))
  return marks[seen.findIndex((stat) => stat !== undefined)]?.[1]
})
