import * as Effect from "effect/Effect"
import type { AttemptState } from "../../domain/task/attemptState.ts"
import { isOver } from "../../domain/task/task.ts"
import type { Task } from "../../domain/task/task.ts"
import type { Tree } from "../../domain/task/tree.ts"
import { astray } from "../../steps/checkout/astray.ts"
import { listTrees, taskOfTree } from "../../steps/tree/listTrees.ts"
import type { ListedTree } from "../../steps/tree/listTrees.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { mergeBase } from "../../steps/commit/mergeBase.ts"
import { proveLanded } from "../../steps/land/proveLanded.ts"
import { Objects } from "../../world/git/objects.ts"
import { Reaper } from "../../world/machine/reaper.ts"
import { Refs } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { dropAttemptFolders } from "../tree/attemptState.ts"
import { Board } from "../context/board.ts"
import { finish } from "../train/finish.ts"
import { finishedHere } from "../tree/finishedHere.ts"
import { lookBack } from "../attempt/lookBack.ts"
import { dropBranch, isAdopted, keepAndRemove } from "../tree/plant.ts"
import { markedUpTo } from "../tree/mark.ts"
import { RunContext } from "../context/runContext.ts"
import { transition } from "../context/transition.ts"

/** What of a dead owner's work can be gone on with: the tree, and the attempt whose agent had finished there. */
export interface Salvage {
  readonly tree: Tree
  readonly state: AttemptState
}

/**
 * Mends what an owner that died left of a task we now own: its processes end, a landing that was not recorded is, finished
 * work is handed on to whoever wants to go on with it, everything else in its trees and on its branches is kept before they go.
 */
export const reconcile = Effect.fn("reconcile")(function* (held: Held, task: Task, then: "go on" | "begin anew") {
  const board = yield* Board
  const reaper = yield* Reaper
  const objects = yield* Objects
  const refs = yield* Refs
  const { commonDir } = yield* Repository
  const { settings, treeRoot, targetRef, shared } = yield* RunContext
  const recovered = (what: string) => board.emit({ type: "Recovered", task: task.id, what })

  const { found } = yield* reaper.reap(markedUpTo(commonDir, task.id, held.fence), settings.limits.graceMs)
  if (found.length > 0)
    yield* board.emit({ type: "ProcessesReaped", task: task.id, processes: found.map(({ pid, command }) => ({ pid, command })) })
  yield* lookBack(held, task)
  yield* dropAttemptFolders(task.id)

  const trees: ListedTree[] = []
  for (const tree of (yield* listTrees(treeRoot)).filter((one) => taskOfTree(one) === task.id)) {
    const lost = yield* astray(tree, treeRoot)
    if (lost === undefined) trees.push(tree)
    else yield* board.emit({ type: "Warned", task: task.id, message: lost.message, hint: lost.hint })
  }
  const target = yield* refs.read(targetRef)
  // Finished by somebody on another machine: what they made is on the remote.
  if (task.status === "completed" && task.branch !== undefined && shared !== undefined) yield* refs.refresh([shared.branch(task.branch)])
  if (task.status === "completed" && task.tip !== undefined && target !== undefined) {
    const proof = yield* proveLanded({ target, task: task.id, tip: task.tip })
    if (proof !== undefined) {
      yield* recovered(`its landing ${proof.landing.slice(0, 12)} was not recorded yet`)
      for (const tree of trees) yield* keepAndRemove(held, task.id, tree, "left in the tree")
      const work = { tip: task.tip, base: task.base ?? "", branch: task.branch ?? "", gated: true }
      return { task: yield* finish(held, task, work, proof.landing), salvage: undefined }
    }
  }
  let salvage: Salvage | undefined
  for (const tree of trees) {
    const left = then === "go on" && salvage === undefined && tree.there ? yield* finishedIn(task, tree, target) : undefined
    if (left !== undefined) {
      const { attempt, finished = "" } = left.state
      yield* recovered(`attempt ${attempt} had finished: its commit ${finished.slice(0, 12)} is judged without running the agent again`)
      salvage = left
      continue
    }
    yield* recovered(`its tree ${tree.path} was left behind`)
    yield* keepAndRemove(held, task.id, tree, "its owner ended before the work did")
  }
  if (task.status !== "completed" && !isOver(task.status) && salvage === undefined) {
    const own = task.status === "pending" ? undefined : task.branch
    const left = new Set([own, ...trees.map((tree) => tree.branch)])
    for (const branch of left) if (branch !== undefined) yield* dropBranch(held, task, branch)
  }
  // What somebody finished on a branch of their own is theirs to show: nobody does it a second time.
  const redo = task.status === "completed" && !isAdopted(task) && task.tip !== undefined
  if (redo && (yield* objects.look(task.tip)) === undefined) {
    const reason = `its finished commit ${task.tip.slice(0, 12)} is neither here nor on the remote, so that it is worked on again`
    yield* recovered(reason)
    return { task: yield* transition(held, (old) => ({ ...old, status: "running", reason }), []), salvage }
  }
  return { task, salvage }
})

/** Finished work in a tree, cut from where its history left the target's: whoever wrote it down otherwise would hide what it brings. */
const finishedIn = Effect.fnUntraced(function* (task: Task, { path, gitDir }: ListedTree, target: string | undefined) {
  const state = gitDir === undefined ? undefined : yield* finishedHere(task, path)
  if (gitDir === undefined || state?.finished === undefined || target === undefined) return undefined
  const base = yield* mergeBase(target, state.finished)
  if (base === undefined) return undefined
  return { tree: { path, gitDir, base, branch: state.branch }, state } satisfies Salvage
})
