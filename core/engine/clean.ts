import * as Effect from "effect/Effect"
import { lockRef } from "../domain/lock.ts"
import { isOver } from "../domain/task.ts"
import type { Summary } from "../domain/trailers.ts"
import { deleteBranch } from "../steps/deleteBranch.ts"
import { isFree } from "../steps/isFree.ts"
import { listTrees } from "../steps/listTrees.ts"
import { proveLanded } from "../steps/proveLanded.ts"
import { listTasks } from "../steps/record.ts"
import { emptyTrash } from "../steps/removeTree.ts"
import { Refs } from "../world/refs.ts"
import { Board } from "./board.ts"
import { holding } from "./holding.ts"
import { keepAndRemove } from "./plant.ts"
import { taskOfTree } from "./reconcile.ts"
import { recover } from "./recovery.ts"
import { RunContext } from "./runContext.ts"

/** What was taken away, and why nothing is lost with it. */
export interface Removed {
  readonly what: "tree" | "branch" | "lock" | "evidence"
  readonly name: string
  readonly task?: number
  readonly proof: string
}

/** What was left where it is, and why. */
export interface Left {
  readonly what: "tree" | "branch"
  readonly name: string
  readonly task?: number
  readonly why: string
}

/** Takes away what tasks left behind, each with a proof that nothing is lost; says of everything else why it stays. */
export const clean = Effect.fn("clean")(function* (options: { readonly dryRun: boolean; readonly ids?: readonly number[] }) {
  const { treeRoot } = yield* RunContext
  if (!options.dryRun) yield* recover()
  const wanted = (id: number | undefined) => options.ids === undefined || (id !== undefined && options.ids.includes(id))
  const tasks = (yield* listTasks()).filter((task) => wanted(task.id))
  const removed: Removed[] = []
  const left: Left[] = []
  for (const tree of yield* listTrees(treeRoot)) {
    const id = taskOfTree(tree.lock)
    if (!wanted(id)) continue
    const about = { what: "tree" as const, name: tree.path, ...(id === undefined ? {} : { task: id }) }
    if (id === undefined || !(yield* isFree("task", String(id)))) left.push({ ...about, why: "a live run works in it" })
    else {
      if (!options.dryRun)
        yield* holding("task", String(id), () => keepAndRemove(id, { ...tree, branch: tree.branch ?? "", base: "" }, "cleaned away"))
      const ref = (yield* Board).kept.get(id)
      removed.push({ ...about, proof: ref === undefined ? "all of it is on its branch" : `its content is on ${ref}` })
    }
  }
  for (const task of tasks) {
    const found = yield* branchProof(task)
    if (found === undefined) continue
    const about = { what: "branch" as const, name: found.branch, task: task.id }
    if (found.proof === undefined) left.push({ ...about, why: found.why })
    else {
      if (!options.dryRun) yield* deleteBranch({ branch: found.branch, at: found.tip })
      removed.push({ ...about, proof: found.proof })
    }
  }
  removed.push(
    ...(yield* sweepRefs(
      tasks.filter((task) => isOver(task.status)),
      options.dryRun,
    )),
  )
  if (!options.dryRun) yield* emptyTrash(treeRoot)
  return { removed, left }
})

/** Whether a task's branch may go: only the very commit that a landing of ours is proven to contain. */
const branchProof = Effect.fnUntraced(function* (task: Summary) {
  const refs = yield* Refs
  const { targetRef } = yield* RunContext
  const branch = task.branch
  const tip = branch === undefined ? undefined : yield* refs.read(`refs/heads/${branch}`)
  const target = yield* refs.read(targetRef)
  if (branch === undefined || tip === undefined || target === undefined) return undefined
  if (task.status !== "merged")
    return {
      branch,
      tip,
      proof: undefined,
      why: `task ${task.id} is ${task.status}: \`osier land ${task.id}\` or \`osier discard ${task.id}\``,
    }
  const landed = yield* proveLanded({ target, task: task.id, tip })
  if (landed === undefined) return { branch, tip, proof: undefined, why: "it holds commits that did not land" }
  return { branch, tip, proof: `landed in ${landed.landing.slice(0, 12)}`, why: "" }
})

/** Locks and evidence of tasks that are over. */
const sweepRefs = Effect.fnUntraced(function* (over: readonly Summary[], dryRun: boolean) {
  const refs = yield* Refs
  const removed: Removed[] = []
  for (const task of over) {
    const rows = [
      ["evidence", `refs/osier/evidence/${task.id}`],
      ["lock", lockRef("task", String(task.id))],
    ] as const
    for (const [what, ref] of rows) {
      const at = yield* refs.read(ref)
      if (at === undefined || (what === "lock" && !(yield* isFree("task", String(task.id))))) continue
      if (!dryRun) yield* refs.swap([{ ref, from: at, to: undefined }])
      removed.push({ what, name: ref, task: task.id, proof: `task ${task.id} is ${task.status}` })
    }
  }
  return removed
})
