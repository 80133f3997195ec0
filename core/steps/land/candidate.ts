import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { commitTitle, oneLine } from "../../domain/task/commitTitle.ts"
import { usualWords } from "../../domain/task/commitWords.ts"
import type { CommitWords } from "../../domain/task/commitWords.ts"
import type { Identity } from "../../domain/settings/environment.ts"
import { landingMessage, shortLanding, sideMessage } from "../../domain/git/landing.ts"
import type { GateVerdict, LandedTask, Mode } from "../../domain/git/landing.ts"
import { withoutOsierTrailers } from "../../domain/task/trailers.ts"
import { Objects } from "../../world/git/objects.ts"
import type { CommitFields } from "../../world/git/objects.ts"
import { credits } from "../commit/credits.ts"
import { fold } from "./fold.ts"
import type { Folded } from "./fold.ts"
import type { Conflict } from "./mergeTrees.ts"
import { mergeView } from "../commit/mergeView.ts"
import { readCommit } from "../commit/readCommit.ts"
import { writeSigned } from "../commit/writeSigned.ts"

/** A finished task, as far as landing it needs to know. */
export interface TaskToLand {
  readonly id: number
  readonly title: string
  /** Conventional type and scope of its commit; a title in conventional form says them itself. */
  readonly type?: string
  readonly scope?: string
  readonly body?: string
  /** The commit that passed as completed; never a branch name, which could move. */
  readonly tip: string
  /** The nonce of the attempt that made it. */
  readonly attempt: string
}

/** One task's part of a candidate. `reason` says why it did not come in the way that was asked for. */
export interface Part extends Folded {
  readonly task: TaskToLand
  /** The commit of the side chain that ends this part; absent when the landing commit itself will be the part. */
  readonly side?: string
  /** The target has all of it already. */
  readonly empty: boolean
}

/** What would land: `tree` is what gates have to judge. Nothing points at it yet. */
export interface CandidatePlan {
  readonly type: "plan"
  readonly onto: string
  readonly tree: string
  readonly mode: Mode
  readonly parts: readonly Part[]
  readonly identity: Identity
  readonly words: CommitWords
}

/** The first task that does not fit onto the target and those before it. */
export interface TaskConflict extends Conflict {
  readonly task: number
  /** The tasks that were folded in before it: with one of them, or with the target, it conflicts. */
  readonly after: readonly number[]
}

/** The commit to move the target to. */
export interface Candidate {
  readonly commit: string
  readonly tree: string
  readonly mode: Mode
  readonly onto: string
  readonly tasks: readonly LandedTask[]
}

/**
 * Folds the tasks in their order onto the target, in memory. A lone squash or merge becomes the landing commit itself;
 * everything else is a side chain that the landing commit will have as its second parent.
 */
export const planCandidate = Effect.fn("planCandidate")(function* (asked: {
  readonly onto: string
  readonly tasks: readonly TaskToLand[]
  readonly mode: Mode
  readonly identity: Identity
  /** Each commit that osier writes is to be signed. */
  readonly signed?: boolean
  readonly words?: CommitWords
}) {
  const { words = usualWords } = asked
  const view = yield* mergeView(asked.onto)
  const target = yield* readCommit(asked.onto)
  let start = { commit: asked.onto, tree: target.tree }
  const parts: Part[] = []
  for (const task of asked.tasks) {
    const folded = yield* fold(view, { start: start.commit, tip: task.tip, mode: asked.mode, name: `task-${task.id}` })
    if (folded.type === "conflict") {
      return { ...folded, task: task.id, after: parts.map((part) => part.task.id) } satisfies TaskConflict
    }
    const empty = folded.tree === start.tree
    const lone = asked.tasks.length === 1 && folded.mode !== "rebase"
    if (lone) parts.push({ ...folded, task, empty })
    else {
      const side = yield* chain(start.commit, task, folded, { ...asked, words })
      parts.push({ ...folded, task, empty, side })
      start = { commit: side, tree: folded.tree }
    }
  }
  const tree = parts.at(-1)?.tree ?? target.tree
  return { type: "plan", onto: asked.onto, tree, mode: asked.mode, parts, identity: asked.identity, words } satisfies CandidatePlan
}, Effect.scoped)

/** Writes one task's part of the side chain and answers with its last commit. */
const chain = Effect.fnUntraced(function* (
  start: string,
  task: TaskToLand,
  folded: Folded,
  { identity, signed, words }: { readonly identity: Identity; readonly signed?: boolean; readonly words: CommitWords },
) {
  const committer = yield* signature(identity)
  if (folded.mode !== "rebase") {
    const merge = folded.mode === "merge"
    // The commits themselves come along with a merge, and say it themselves.
    const by = merge ? undefined : yield* credits(start, task.tip)
    return yield* write(signed, {
      tree: folded.tree,
      parents: merge ? [start, task.tip] : [start],
      author: by === undefined ? committer : by.author,
      committer,
      message: sideMessage({
        subject: commitTitle(task, words.title),
        task,
        credits: by?.lines ?? [],
        ...(task.body === undefined ? {} : { body: task.body }),
      }),
    })
  }
  let last = start
  for (const step of folded.steps) {
    const source = yield* readCommit(step.source)
    const message = withoutOsierTrailers(source.message)
    last = yield* write(signed, { tree: step.tree, parents: [last], author: source.author, committer, message })
  }
  return last
})

/** Writes the landing commit of a plan whose tree was judged, signed where that is asked for; the target does not move yet. */
export const sealCandidate = Effect.fn("sealCandidate")(function* (
  plan: CandidatePlan,
  judged: { readonly verdicts: readonly GateVerdict[]; readonly gates?: string; readonly signed?: boolean },
) {
  const committer = yield* signature(plan.identity)
  const [first] = plan.parts
  const side = plan.parts.at(-1)?.side
  const lone = plan.parts.length === 1 ? first : undefined
  const by = lone !== undefined && lone.mode === "squash" ? yield* credits(plan.onto, lone.task.tip) : undefined
  const tasks = plan.parts.map(({ task, mode, side: end }): LandedTask => ({
    id: task.id,
    tip: task.tip,
    attempt: task.attempt,
    mode,
    ...(end === undefined ? {} : { side: end }),
  }))
  const second = side ?? (lone?.mode === "merge" ? lone.task.tip : undefined)
  const { words } = plan
  const body = lone === undefined ? contents(plan.parts, words) : (lone.task.body ?? "")
  const landing = { base: plan.onto, tasks, verdicts: judged.verdicts, ...(judged.gates === undefined ? {} : { gates: judged.gates }) }
  const commit = yield* write(judged.signed, {
    tree: plan.tree,
    parents: second === undefined ? [plan.onto] : [plan.onto, second],
    author: by === undefined ? committer : by.author,
    committer,
    message: landingMessage({
      subject:
        lone === undefined
          ? commitTitle({ title: `Land ${plan.parts.length} tasks`, type: "chore" }, words.title)
          : commitTitle(lone.task, words.title),
      body,
      credits: by?.lines ?? [],
      landing: words.trailers === "short" ? shortLanding(landing) : landing,
    }),
  })
  return { commit, tree: plan.tree, mode: plan.mode, onto: plan.onto, tasks } satisfies Candidate
})

const write = Effect.fnUntraced(function* (signed: boolean | undefined, fields: CommitFields) {
  const objects = yield* Objects
  if (signed === true) return yield* writeSigned(fields)
  return yield* objects.writeCommit(fields)
})

const contents = (parts: readonly Part[], { title }: CommitWords): string =>
  parts.map((part) => `* ${commitTitle(part.task, title)} (${part.task.id})`).join("\n")

const signature = Effect.fnUntraced(function* ({ name, email }: Identity) {
  const now = yield* Clock.currentTimeMillis
  const clean = (text: string) => oneLine(text).replace(/[<>]/g, "")
  return `${clean(name) || "osier"} <${clean(email)}> ${Math.floor(now / 1000)} +0000`
})
