import * as Effect from "effect/Effect"
import type { Tree } from "../../domain/task/tree.ts"
import { Refs } from "../../world/git/refs.ts"
import { looseEnds } from "./looseEnds.ts"
import { survey } from "./survey.ts"
import type { Looking } from "./survey.ts"
import { pathsBetween } from "../commit/changesBetween.ts"

/**
 * What is not in a tree as its base has it: changed, staged, untracked and ignored files (named caches excepted), and what
 * was committed. osier's own folder does not count. Looks at bytes, since an agent can tell git to look away.
 */
export const treeChanges = Effect.fn("treeChanges")(function* (tree: Tree, caches: Pick<Looking, "keepIgnored" | "copy" | "maxBytes">) {
  const refs = yield* Refs
  const { index, why } = yield* survey({ tree: tree.path, gitDir: tree.gitDir, ...caches })
  const { head } = yield* looseEnds(tree.gitDir, [])
  const tip = yield* refs.read(`refs/heads/${tree.branch}`)
  const found = new Set(why)
  for (const other of new Set([index.tree, head, tip])) {
    if (other === undefined || other === tree.base) continue
    for (const path of yield* pathsBetween(tree.base, other)) found.add(path)
    if (other !== index.tree) found.add(`commit ${other.slice(0, 12)}`)
  }
  return [...found]
})
