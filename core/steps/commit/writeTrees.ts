import * as Effect from "effect/Effect"
import { Objects, type ObjectFailed, type TreeEntry } from "../../world/git/objects.ts"

/** A file's place in a tree that is to be written. */
export interface Leaf {
  readonly names: readonly string[]
  readonly mode: TreeEntry["mode"]
  readonly oid: string
}

type Node = Map<string, Node | Leaf>

/** Writes a whole tree of trees, and answers with the id of the outermost. */
export const writeTrees = Effect.fn("writeTrees")(function* (leaves: readonly Leaf[]) {
  const root: Node = new Map()
  for (const leaf of leaves) {
    let node = root
    for (const name of leaf.names.slice(0, -1)) {
      const next = node.get(name)
      const folder: Node = next instanceof Map ? next : new Map()
      if (next !== folder) node.set(name, folder)
      node = folder
    }
    const last = leaf.names.at(-1)
    if (last !== undefined) node.set(last, leaf)
  }
  const objects = yield* Objects
  const write = (node: Node): Effect.Effect<string, ObjectFailed> =>
    Effect.forEach(node, ([name, child]) =>
      child instanceof Map
        ? Effect.map(write(child), (oid): TreeEntry => ({ mode: "40000", name, oid }))
        : Effect.succeed<TreeEntry>({ mode: child.mode, name, oid: child.oid }),
    ).pipe(Effect.flatMap(objects.writeTree))
  return yield* write(root)
})
