import * as Effect from "effect/Effect"
import type { Mode } from "../../domain/git/landing.ts"
import { Git } from "../../world/git/git.ts"
import { mergeIn } from "./mergeTrees.ts"
import type { MergeView } from "../commit/mergeView.ts"
import { readCommit } from "../commit/readCommit.ts"

/** One task on top of `start`: the tree that comes out, and how it came about. */
export interface Folded {
  readonly type: "folded"
  readonly tree: string
  readonly mode: Mode
  /** The replayed commits with the tree each has now; only for a rebase. */
  readonly steps: readonly { readonly source: string; readonly tree: string }[]
  /** Why a rebase became a squash. */
  readonly reason?: string
}

export interface Fold {
  readonly start: string
  readonly tip: string
  readonly mode: Mode
  /** How conflict markers call the task's side; a name that a branch could have. */
  readonly name: string
  /** The merge base, exactly this one; git finds it otherwise. */
  readonly base?: string
}

/** Folds one task onto a commit. The same question gives the same tree, now and when a landing is proven later. */
export const fold = Effect.fn("fold")(function* (view: MergeView, task: Fold) {
  const replayed = task.mode === "rebase" ? yield* replay(view, task) : undefined
  if (typeof replayed === "object") return replayed
  const sides = { ours: task.start, theirs: task.tip, names: { ours: "target", theirs: task.name } }
  const merged = yield* mergeIn(view, task.base === undefined ? sides : { ...sides, base: task.base })
  if (merged.type === "conflict") return merged
  const mode = task.mode === "rebase" ? "squash" : task.mode
  const folded: Folded = { type: "folded", tree: merged.tree, mode, steps: [], ...(replayed === undefined ? {} : { reason: replayed }) }
  return folded
})

/** Each commit of the task on top of the one before, as `git rebase` would; or the reason why that is no way. */
const replay = Effect.fnUntraced(function* (view: MergeView, task: Fold) {
  const git = yield* Git
  const listed = yield* git.text(["rev-list", "--reverse", "--topo-order", "--parents", task.tip, "--not", task.start], view.options)
  const commits = listed.split("\n").filter(Boolean)
  const start = yield* readCommit(task.start)
  let tree = start.tree
  const steps: { source: string; tree: string }[] = []
  for (const row of commits) {
    const [source = "", parent, second] = row.split(" ")
    if (parent === undefined || second !== undefined) return `the branch holds a merge (${source.slice(0, 10)})`
    const names = { ours: "target", theirs: task.name }
    const merged = yield* mergeIn(view, { ours: tree, theirs: source, base: parent, names })
    if (merged.type === "conflict") return `commit ${source.slice(0, 10)} conflicts on its own`
    // What the target already has leaves nothing to commit.
    if (merged.tree !== tree) steps.push({ source, tree: merged.tree })
    tree = merged.tree
  }
  const folded: Folded = { type: "folded", tree, mode: "rebase", steps }
  return steps.length === 0 ? "no commit is left to replay" : folded
})
