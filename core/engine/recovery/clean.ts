import * as Effect from "effect/Effect"
import { holderText, lockRef } from "../../domain/lock/lock.ts"
import { isOver } from "../../domain/task/task.ts"
import { astray } from "../../steps/checkout/astray.ts"
import { isFree } from "../../steps/lock/isFree.ts"
import { listTrees, taskOfTree } from "../../steps/tree/listTrees.ts"
import { inspectLock } from "../../steps/lock/inspectLock.ts"
import { listTasks } from "../../steps/task/record.ts"
import { emptyTrash } from "../../steps/tree/removeTree.ts"
import { alone, wordsOf } from "../context/alone.ts"
import { Board } from "../context/board.ts"
import { standingPlace } from "../tree/handTree.ts"
import { holding } from "../context/holding.ts"
import { keepAndRemove } from "../tree/plant.ts"
import { recover } from "./recovery.ts"
import { RunContext } from "../context/runContext.ts"
import { sweepOver } from "../tree/sweepOver.ts"
import type { Left, Removed } from "../tree/sweepOver.ts"

/** Takes away what tasks left behind, each with a proof that nothing is lost; says of everything else why it stays. */
export const clean = Effect.fn("clean")(function* (options: { readonly dryRun: boolean; readonly ids?: readonly number[] }) {
  const { treeRoot } = yield* RunContext
  if (!options.dryRun) yield* recover()
  const wanted = (id: number | undefined) => options.ids === undefined || (id !== undefined && options.ids.includes(id))
  const tasks = (yield* listTasks()).filter((task) => wanted(task.id))
  const over = new Set(tasks.filter((task) => isOver(task.status)).map((task) => task.id))
  const removed: Removed[] = []
  const left: Left[] = []
  for (const tree of yield* listTrees(treeRoot)) {
    const id = taskOfTree(tree)
    if (!wanted(id)) continue
    const about = { what: "tree" as const, name: tree.path, ...(id === undefined ? {} : { task: id }) }
    const broken = Effect.succeed("broken" as const)
    const seen = id === undefined ? undefined : yield* Effect.catchTag(inspectLock(lockRef("task", String(id))), "LockBroken", () => broken)
    const owner = seen === "broken" ? undefined : seen?.lock.owner
    const lost = yield* astray(tree, treeRoot)
    const claimed = owner !== undefined && "session" in owner
    if (id === undefined || !(yield* isFree("task", String(id))))
      left.push({ ...about, why: claimed ? `claimed by ${holderText(owner)}` : seen === "broken" ? noRecord : "a live run works in it" })
    else if (lost !== undefined) left.push({ ...about, why: `${lost.message}: ${lost.hint}` })
    else if (!over.has(id) && (yield* isByHand(id, tree.path)))
      left.push({ ...about, why: `made by hand, for a task that is open: \`osier claim ${id}\` or \`osier discard ${id}\`` })
    else {
      const remove = holding("task", String(id), (held) => keepAndRemove(held, id, tree, "cleaned away"))
      const failed = options.dryRun ? undefined : yield* Effect.match(remove, { onSuccess: () => undefined, onFailure: wordsOf })
      if (failed !== undefined) {
        left.push({ ...about, why: failed })
        continue
      }
      const ref = (yield* Board).kept.get(id)
      removed.push({ ...about, proof: ref === undefined ? "all of it is on its branch" : `its content is on ${ref}` })
    }
  }
  const swept = yield* sweepOver(tasks, options.dryRun)
  if (!options.dryRun) yield* alone(emptyTrash(treeRoot), { what: "what was taken away could not be deleted", hint: "osier clean" })
  return { removed: [...removed, ...swept.removed], left: [...left, ...swept.left] }
})

/** Whether a tree is the one of somebody who works by hand, or theirs is somewhere else and this may be it. */
const isByHand = (id: number, path: string) =>
  standingPlace(id).pipe(
    Effect.map((place) => place?.path === path),
    Effect.catchTag("TreeAstray", () => Effect.succeed(true)),
  )

const noRecord = "its lock holds no record, so that nobody can tell whose it is: osier doctor"
