import * as Effect from "effect/Effect"
import { readLanding } from "../../domain/git/landing.ts"
import type { LandedTask } from "../../domain/git/landing.ts"
import { Git } from "../../world/git/git.ts"
import { Repository } from "../../world/git/repository.ts"
import { fold } from "./fold.ts"
import { mergeView } from "../commit/mergeView.ts"
import { readCommit } from "../commit/readCommit.ts"
import { forkOf } from "../commit/forkOf.ts"

/** So many commits may name one tip; only a forger writes more. */
const namesakes = 50

/**
 * The commit that landed a task, or nothing. Words prove nothing: the commit has to stand on the target's first-parent
 * chain, name this very tip, have the parents of its mode, and folding the task onto its parent has to give its tree.
 */
export const proveLanded = Effect.fn("proveLanded")(function* (asked: {
  /** The target, as a commit. */
  readonly target: string
  readonly task: number
  readonly tip: string
  /** A commit of the target from before the task; nothing older is looked at. */
  readonly base?: string
}) {
  const words = `Osier-Tip: ${asked.tip}`
  for (const commit of (yield* near(asked, words)) ?? (yield* searched(asked, words))) {
    const { parents, message, tree } = yield* readCommit(commit)
    const landing = readLanding(message)
    const at = landing?.tasks.findIndex((task) => task.id === asked.task && task.tip === asked.tip) ?? -1
    const task = landing?.tasks[at]
    const [onto] = parents
    if (landing === undefined || task === undefined || onto === undefined || (landing.base ?? onto) !== onto) continue
    const start = landing.tasks[at - 1]?.side ?? onto
    const part = task.side ?? commit
    const chained = yield* standsOnChain(landing.tasks, parents, tree)
    if (chained && (yield* holds(onto, start, part, task))) return { landing: commit }
  }
  return undefined
})

interface Range {
  readonly target: string
  readonly base?: string
}

/** The target's own commits since the base that hold these words, where the base is near and history is a chain down to it. */
const near = Effect.fnUntraced(function* ({ target, base }: Range, words: string) {
  if (base === undefined) return undefined
  const fork = yield* forkOf(target, base).pipe(Effect.catchTag("ObjectFailed", () => Effect.succeed(undefined)))
  if (fork === undefined || fork.other.length > 0) return undefined
  return yield* Effect.filter(fork.one, (commit) => Effect.map(readCommit(commit), ({ message }) => message.includes(words)))
})

const searched = Effect.fnUntraced(function* ({ target, base }: Range, words: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const range = base === undefined ? [target] : [target, `^${base}`]
  const search = ["--first-parent", `--max-count=${namesakes}`, "--fixed-strings", `--grep=${words}`]
  const found = yield* git.text(["--git-dir", commonDir, "rev-list", ...search, ...range, "--"], { cwd: commonDir })
  return found.split("\n").filter(Boolean)
})

/** The side chain that the words tell of is the one that is there, and its end is what landed. */
const standsOnChain = Effect.fnUntraced(function* (tasks: readonly LandedTask[], parents: readonly string[], tree: string) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const [base, second] = parents
  const sides = tasks.map((task) => task.side)
  const [only] = tasks
  if (only === undefined || base === undefined) return false
  if (second === undefined) return tasks.length === 1 && only.mode === "squash" && only.side === undefined
  if (tasks.length === 1 && only.side === undefined) return only.mode === "merge" && second === only.tip
  if (second !== sides.at(-1) || (yield* readCommit(second)).tree !== tree) return false
  const chain = yield* git.text(["--git-dir", commonDir, "rev-list", "--first-parent", "--reverse", second, `^${base}`], { cwd: commonDir })
  const places = sides.map((side) => chain.split("\n").indexOf(side ?? ""))
  return places.every((place, at) => place > (places[at - 1] ?? -1))
})

/** Folds the task anew. A tip that is gone, or does not merge any more, proves nothing. */
const holds = Effect.fn("holds")(function* (base: string, start: string, part: string, task: LandedTask) {
  const result = yield* readCommit(part)
  if (task.mode !== "rebase" && result.parents[0] !== start) return false
  if (task.mode === "merge" && result.parents[1] !== task.tip) return false
  const view = yield* mergeView(base)
  const folded = yield* fold(view, { start, tip: task.tip, mode: task.mode, name: `task-${task.id}` }).pipe(
    Effect.catchTag(["GitFailed", "NoMergeBase", "ObjectFailed"], () => Effect.succeed(undefined)),
  )
  return folded?.type === "folded" && folded.tree === result.tree
}, Effect.scoped)
