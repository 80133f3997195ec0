import * as Effect from "effect/Effect"
import type { PathChange } from "../../domain/git/pathChange.ts"
import { parseTree, type RawEntry } from "../../domain/git/rawTree.ts"
import { ObjectFailed, Objects } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"
import { treeOf } from "./treeOf.ts"

/**
 * `mode id` on both sides, for every path that differs between two commits or trees; never as renames, and in the order in
 * which git lists them. Only folders that differ are looked into.
 */
export const changesBetween = Effect.fn("changesBetween")(function* (from: string, to: string) {
  const found: PathChange[] = []
  const walk = (folder: string, before: string | undefined, after: string | undefined): Walk =>
    Effect.gen(function* () {
      if (before === after) return
      for (const [old, fresh] of paired(yield* entriesOf(before), yield* entriesOf(after))) {
        if (old?.oid === fresh?.oid && old?.mode === fresh?.mode) continue
        const { name, mode } = old ?? fresh ?? { name: "", mode: "100644" }
        if (mode === "40000") yield* walk(`${folder}${name}/`, old?.oid, fresh?.oid)
        else found.push({ path: `${folder}${name}`, before: said(old), after: said(fresh) })
      }
    })
  yield* walk("", yield* treeOf(from), yield* treeOf(to))
  return found
})

type Walk = Effect.Effect<void, ObjectFailed, Objects | Repository>

/** The paths alone. */
export const pathsBetween = Effect.fn("pathsBetween")(function* (from: string, to: string) {
  return (yield* changesBetween(from, to)).map(({ path }) => path)
})

const entriesOf = Effect.fnUntraced(function* (tree: string | undefined) {
  if (tree === undefined) return []
  const objects = yield* Objects
  const { zero } = yield* Repository
  const found = yield* objects.read(tree)
  if (found?.type !== "tree") return yield* new ObjectFailed({ name: tree, reason: "there is no such tree" })
  return parseTree(found.data, zero.length / 2)
})

const said = (entry: RawEntry | undefined): string | undefined => (entry === undefined ? undefined : `${entry.mode} ${entry.oid}`)

/** Both sides' entries side by side, in the order of a tree; a file and a folder of one name are two. */
const paired = (
  before: readonly RawEntry[],
  after: readonly RawEntry[],
): readonly (readonly [RawEntry | undefined, RawEntry | undefined])[] => {
  const pairs: (readonly [RawEntry | undefined, RawEntry | undefined])[] = []
  for (let a = 0, b = 0; a < before.length || b < after.length;) {
    const [old, fresh] = [before[a], after[b]]
    const order = old === undefined ? 1 : fresh === undefined || old.key < fresh.key ? -1 : old.key === fresh.key ? 0 : 1
    pairs.push([order <= 0 ? old : undefined, order >= 0 ? fresh : undefined])
    if (order <= 0) a++
    if (order >= 0) b++
  }
  return pairs
}
