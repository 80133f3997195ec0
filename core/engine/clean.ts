import * as Effect from "effect/Effect"
import { isFree } from "../steps/isFree.ts"
import { listTrees, taskOfTree } from "../steps/listTrees.ts"
import { listTasks } from "../steps/record.ts"
import { emptyTrash } from "../steps/removeTree.ts"
import { Board } from "./board.ts"
import { holding } from "./holding.ts"
import { keepAndRemove } from "./plant.ts"
import { recover } from "./recovery.ts"
import { RunContext } from "./runContext.ts"
import { sweepOver } from "./sweepOver.ts"
import type { Left, Removed } from "./sweepOver.ts"

/** Takes away what tasks left behind, each with a proof that nothing is lost; says of everything else why it stays. */
export const clean = Effect.fn("clean")(function* (options: { readonly dryRun: boolean; readonly ids?: readonly number[] }) {
  const { treeRoot } = yield* RunContext
  if (!options.dryRun) yield* recover()
  const wanted = (id: number | undefined) => options.ids === undefined || (id !== undefined && options.ids.includes(id))
  const tasks = (yield* listTasks()).filter((task) => wanted(task.id))
  const removed: Removed[] = []
  const left: Left[] = []
  for (const tree of yield* listTrees(treeRoot)) {
    const id = taskOfTree(tree)
    if (!wanted(id)) continue
    const about = { what: "tree" as const, name: tree.path, ...(id === undefined ? {} : { task: id }) }
    if (id === undefined || !(yield* isFree("task", String(id)))) left.push({ ...about, why: "a live run works in it" })
    else {
      if (!options.dryRun) yield* holding("task", String(id), () => keepAndRemove(id, tree, "cleaned away"))
      const ref = (yield* Board).kept.get(id)
      removed.push({ ...about, proof: ref === undefined ? "all of it is on its branch" : `its content is on ${ref}` })
    }
  }
  const swept = yield* sweepOver(tasks, options.dryRun)
  if (!options.dryRun) yield* emptyTrash(treeRoot)
  return { removed: [...removed, ...swept.removed], left: [...left, ...swept.left] }
})
