import * as Effect from "effect/Effect"
import { sep } from "node:path"
import { treeLock } from "../domain/tree.ts"
import { Files } from "../world/files.ts"
import { type TreeEntry, treeEntries } from "./treeEntries.ts"

export interface ListedTree extends TreeEntry {
  /** False when its folder was removed by somebody else. */
  readonly there: boolean
}

/** Every tree of osier's: those below the folder of trees, and those that carry its lock wherever they are. */
export const listTrees = Effect.fn("listTrees")(function* (root: string) {
  const files = yield* Files
  const real = yield* files.realPath(root).pipe(Effect.catch(() => Effect.succeed(root)))
  const ours = (yield* treeEntries()).filter(
    (entry) => [root, real].some((folder) => entry.path.startsWith(folder + sep)) || entry.lock?.startsWith(treeLock) === true,
  )
  return yield* Effect.forEach(ours, (entry) =>
    Effect.map(files.stat(entry.path), (stat): ListedTree => ({ ...entry, there: stat !== undefined })),
  )
})
