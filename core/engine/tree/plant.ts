import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { endedAttempts } from "../../domain/task/attemptRecord.ts"
import { branchName } from "../../domain/task/branchName.ts"
import { slug } from "../../domain/text/slug.ts"
import type { Task } from "../../domain/task/task.ts"
import { nthName, treeLock, treeName } from "../../domain/task/tree.ts"
import type { Tree } from "../../domain/task/tree.ts"
import { astray } from "../../steps/checkout/astray.ts"
import { deleteBranch } from "../../steps/tree/deleteBranch.ts"
import { isAncestor } from "../../steps/commit/isAncestor.ts"
import { isKept } from "../../steps/keep/isKept.ts"
import { keep } from "../../steps/keep/keep.ts"
import { keepCommit } from "../../steps/commit/keepCommit.ts"
import { demandHeld } from "../../steps/lock/lock.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { makeTree } from "../../steps/tree/makeTree.ts"
import { removeTree } from "../../steps/tree/removeTree.ts"
import { pointsBack } from "../../steps/commit/treeEntries.ts"
import { Files } from "../../world/machine/files.ts"
import { Refs } from "../../world/git/refs.ts"
import { alone, wordsOf } from "../context/alone.ts"
import { Board } from "../context/board.ts"
import { configurationStands } from "../context/configured.ts"
import { finishedHere } from "./finishedHere.ts"
import { steadyMs } from "../../world/machine/steadyMs.ts"
import { RunContext } from "../context/runContext.ts"

/** Whether the task continues a branch that was there before it; such a branch is never taken away. */
export const isAdopted = (task: Pick<Task, "adopted">): boolean => task.adopted === true

/** Whether a branch of its name is to be cut anew; once the task was tried, what has that name is somebody else's again. */
const isFresh = (task: Task): boolean => task.fresh === true && task.attempts.length === 0

/**
 * The branch a task is to be worked on. It stands in the record before it is made, so that what a crash leaves behind can
 * be told from a branch of the user's that happens to have the same name.
 */
export const branchFor = Effect.fn("branchFor")(function* (task: Task) {
  const refs = yield* Refs
  const { settings } = yield* RunContext
  // Before a task was begun its branch is a wish, and a branch of that name is somebody else's.
  const begun = isAdopted(task) || isFresh(task) || task.status !== "pending"
  if (task.branch !== undefined && begun) return task.branch
  const wished = task.branch ?? branchName(settings.branch, { slug: slug(task.title), id: task.id })
  for (let n = 1; ; n++) {
    const branch = nthName(wished, n)
    if ((yield* refs.read(`refs/heads/${branch}`)) === undefined) return branch
  }
})

/** By what a run makes a tree; a person's has a plain name. */
const makerOf = (held: Held | undefined) =>
  held === undefined || "session" in held.owner ? undefined : { fence: held.fence, run: held.owner.run }

/** A tree of the task's own, cut from `base`, that stays when the process ends; `held` is the lock of a run that makes it for itself. */
export const raise = Effect.fn("raise")(function* (task: Task, base: string, held?: Held) {
  const board = yield* Board
  const { treeRoot } = yield* RunContext
  // A new tree is filled through the user's filters.
  yield* configurationStands()
  const branch = yield* branchFor(task)
  const started = yield* steadyMs
  const tree = yield* makeTree({
    root: treeRoot,
    name: treeName(slug(task.title), task.id, makerOf(held)),
    branch,
    base,
    ...(isAdopted(task) ? { existing: "adopt" as const } : isFresh(task) ? { existing: "fresh" as const } : {}),
  })
  yield* board.emit({ type: "TreeMade", task: task.id, tree: tree.path, branch: tree.branch, base, ms: (yield* steadyMs) - started })
  return tree
})

/**
 * A tree of the task's own, cut from `base`, for as long as the scope lasts. When the scope closes, whatever the tree holds
 * beyond the task's commits goes on a keep ref before the tree is taken away; that is true however the scope ends.
 */
export const plant = (held: Held, task: Task, base: string) =>
  Effect.acquireRelease(raise(task, base, held), (made) => uproot(held, task, made))

/** Takes over a tree that a dead owner left with finished work in it, in its name and all; it ends like one of our own. */
export const replant = (held: Held, task: Task, left: Tree) => {
  const takeOver = Effect.gen(function* () {
    const files = yield* Files
    yield* files.write(join(left.gitDir, "locked"), `${treeLock} ${treeName(slug(task.title), task.id, makerOf(held))}\n`)
    return left
  })
  return Effect.acquireRelease(takeOver, (tree) => uproot(held, task, tree))
}

/**
 * Ends a tree with its scope; when anything about that fails, the tree is left as it is, and that is said. So it is when the
 * task has another owner by now: that one may have taken over the tree and the branch, and clears up what it does not want.
 */
export const uproot = (held: Held, task: Task, tree: Tree) =>
  Effect.gen(function* () {
    const board = yield* Board
    const now = board.task(task.id)
    yield* demandHeld(held)
    // Stopped before it could be judged or recorded, and still ours to go on with.
    if (now !== undefined && (yield* finishedHere(now, tree.path)) !== undefined) return
    const done = now?.status === "completed"
    yield* keepAndRemove(held, task.id, tree, done ? "left in the tree beside the finished work" : "the work was not finished")
    if (!done) yield* dropBranch(held, task, tree.branch)
  }).pipe(
    Effect.catchCause((cause) =>
      Effect.flatMap(Board, (board) =>
        board.emit({
          type: "Warned",
          task: task.id,
          message: `the tree ${tree.path} was left in place: ${wordsOf(Cause.squash(cause))}`,
          hint: `Look into it; \`osier clean\` removes it once nothing in it can be lost.`,
        }),
      ),
    ),
  )

/** The attempt whose work a tree holds: the one that was on, or else the last that ended. */
const attemptIn = (task: Task | undefined): number => {
  const ended = endedAttempts(task?.attempts ?? []).length
  return task?.status === "running" || task?.status === "pending" ? ended + 1 : Math.max(1, ended)
}

/**
 * Nothing is lost: first the keep, then the removal, which is only allowed because of it. `held` is the lock by which the tree
 * is ours; undefined only for one that no living owner can have.
 */
export const keepAndRemove = Effect.fn("keepAndRemove")(function* (
  held: Held | undefined,
  task: number,
  tree: { readonly path: string; readonly gitDir?: string; readonly lock?: string },
  reason: string,
) {
  const board = yield* Board
  const { settings, targetRef, treeRoot } = yield* RunContext
  const files = yield* Files
  const refs = yield* Refs
  if (held !== undefined) yield* demandHeld(held)
  const below = yield* files.realPath(treeRoot).pipe(Effect.orElseSucceed(() => treeRoot))
  const elsewhere = tree.gitDir !== undefined && !(yield* pointsBack({ path: tree.path, gitDir: tree.gitDir }, [treeRoot, below]))
  if (elsewhere || (yield* files.stat(tree.path)) === undefined) {
    const lost = yield* astray(tree, treeRoot)
    if (lost?.now !== undefined) return yield* lost
    return yield* removeTree({ ...tree, there: false })
  }
  const attempt = attemptIn(board.task(task))
  const kept = yield* keep({
    task,
    attempt,
    tree: tree.path,
    onto: yield* refs.read(targetRef),
    reason,
    keepIgnored: settings.tree.keepIgnored,
    copy: settings.tree.copy,
    maxBytes: settings.keep.maxBytes,
  })
  if (kept !== undefined) {
    board.kept.set(task, kept.ref)
    yield* board.emit({ type: "Kept", task, attempt, reason, ...kept })
  }
  // To keep much takes long, and a lid may have been closed meanwhile.
  if (held !== undefined) yield* demandHeld(held)
  const proof = kept === undefined ? "nothing in it but what is on its branch" : `kept on ${kept.ref}`
  yield* removeTree(tree, { proven: true, reason: proof })
  yield* board.emit({ type: "TreeRemoved", task, tree: tree.path })
})

/** Takes away the branch of work that did not finish; its commits, if there are any, are on a keep ref first. */
export const dropBranch = Effect.fn("dropBranch")(function* (held: Held, task: Task, branch: string) {
  const board = yield* Board
  const refs = yield* Refs
  const { targetRef } = yield* RunContext
  if (isAdopted(task)) return
  const tip = yield* refs.read(`refs/heads/${branch}`)
  if (tip === undefined) return
  const target = yield* refs.read(targetRef)
  if (tip !== target && !(yield* isAncestor(tip, target ?? tip)) && !(yield* isKept(task.id, tip))) {
    const attempt = Math.max(1, board.task(task.id)?.attempts.length ?? 1)
    const reason = "commits of work that was not finished"
    const kept = yield* keepCommit({ task: task.id, attempt, commit: tip, reason, onto: target })
    board.kept.set(task.id, kept.ref)
    yield* board.emit({ type: "Kept", task: task.id, attempt, reason, ...kept, left: [] })
  }
  yield* demandHeld(held)
  // A person may look at it in a worktree of their own: then it stays, and what was on it is kept all the same.
  const deleted = yield* alone(Effect.as(deleteBranch({ branch, at: tip }), true), {
    what: `branch ${branch} was left`,
    task: task.id,
    hint: "`git worktree list` shows who has it; `osier clean` takes it away when it is free.",
  })
  if (deleted === true) yield* board.emit({ type: "BranchDeleted", task: task.id, branch, commit: tip })
})
