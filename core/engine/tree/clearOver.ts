import * as Effect from "effect/Effect"
import { isOver } from "../../domain/task/task.ts"
import type { Task } from "../../domain/task/task.ts"
import { astray } from "../../steps/checkout/astray.ts"
import { isFree } from "../../steps/lock/isFree.ts"
import { listTrees, taskOfTree } from "../../steps/tree/listTrees.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { readTask } from "../../steps/task/record.ts"
import { alone } from "../context/alone.ts"
import { Board } from "../context/board.ts"
import { holding } from "../context/holding.ts"
import { dropBranch, keepAndRemove } from "./plant.ts"
import { RunContext } from "../context/runContext.ts"

/** Keeps what is in the trees here of tasks that are over, as when somebody else has done them meanwhile, and takes them away. */
export const clearOver = Effect.fn("clearOver")(function* (tasks: readonly Pick<Task, "id" | "status">[]) {
  const board = yield* Board
  const { treeRoot, settings } = yield* RunContext
  const open = new Set(tasks.filter((task) => !isOver(task.status)).map((task) => task.id))
  for (const tree of yield* listTrees(treeRoot)) {
    const id = taskOfTree(tree)
    if (id === undefined || open.has(id)) continue
    const clear = Effect.fnUntraced(function* (held: Held) {
      yield* keepAndRemove(held, id, tree, "left in the tree of a task that is over")
      // The work was done anew by somebody else, so that nobody goes on with this branch; what is on it is kept first.
      if (tree.branch !== undefined && !settings.keepBranch) yield* dropBranch(held, (yield* readTask(id)).task, tree.branch)
    })
    const whole = Effect.gen(function* () {
      if (!(yield* isFree("task", String(id)))) return
      const lost = yield* astray(tree, treeRoot)
      if (lost !== undefined) return yield* board.emit({ type: "Warned", task: id, message: lost.message, hint: lost.hint })
      yield* board.emit({ type: "Recovered", task: id, what: `the tree ${tree.path} was left behind by a task that is over` })
      // Whoever took it in this moment clears up itself.
      yield* Effect.catchTag(holding("task", String(id), clear), "LockHeld", () => Effect.void)
    })
    yield* alone(whole, { what: `the tree ${tree.path} was left in place`, task: id, hint: "Look into it; `osier clean` tries again." })
  }
})
