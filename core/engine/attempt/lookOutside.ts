import * as Effect from "effect/Effect"
import { relative, resolve, sep } from "node:path"
import { withEarlier } from "../../domain/task/attemptState.ts"
import type { Noticed } from "../../domain/task/attemptState.ts"
import { isOwnMove } from "../../domain/git/refMoves.ts"
import type { RefMove } from "../../domain/git/refMoves.ts"
import { attributedMoves } from "../../steps/attempt/attribution.ts"
import { compare, fingerprint } from "../../steps/attempt/outside.ts"
import type { Fingerprint } from "../../steps/attempt/outside.ts"
import { listTasks } from "../../steps/task/record.ts"
import { undoMoves } from "../../steps/attempt/undoMoves.ts"
import { Repository } from "../../world/git/repository.ts"
import { Board } from "../context/board.ts"
import { RunContext } from "../context/runContext.ts"
import { adopt, TargetWatch } from "../context/targetWatch.ts"
import { mendOwnRefs } from "../context/watchOwnRefs.ts"
import { pathsBetween } from "../../steps/commit/changesBetween.ts"

/** An attempt that is looked at: what it may move, and where its git bore witness. */
export interface Looked {
  readonly task: number
  readonly attempt: number
  readonly own: { readonly branch: string; readonly gitDir: string }
  readonly witness: { readonly log: string; readonly nonce: string }
}

/** Refs that an attempt moved by its own git's word, and which of them are back where they were. */
export const takeBack = Effect.fn("takeBack")(function* ({ task, attempt, own, witness }: Looked) {
  const watch = yield* TargetWatch
  const { targetRef } = yield* RunContext
  const moves = (yield* attributedMoves(witness)).filter((move) => !isOwnMove(move, own))
  const { undone, left } = yield* undoMoves({ moves, task, attempt })
  // What it did to the target is told as its own doing, and need not be noticed again.
  const move = undone.find(({ ref }) => ref === targetRef)
  if (move?.from !== undefined && watch.sound.has(move.from)) adopt(watch, move.from)
  yield* mendOwnRefs()
  return { moves, undone, left }
})

/** What `takeBack` found. */
interface TakenBack {
  readonly moves: readonly RefMove[]
  readonly undone: readonly RefMove[]
  readonly left: readonly RefMove[]
}

/**
 * Compares everything that an attempt may not touch with how it stood before, and tells what changed. Only evidence makes a
 * change the attempt's own: its git said so, or its agent named the path.
 */
export const tellOutside = Effect.fn("tellOutside")(function* (input: {
  readonly task: number
  readonly before: Fingerprint
  readonly taken: TakenBack
  /** Paths that the agent spoke of, as seen from its tree. */
  readonly named: Iterable<string>
  readonly tree: string
  /** What earlier attempts are known to have changed; what is as committed again is forgotten. */
  readonly earlier: readonly Noticed[]
}) {
  const board = yield* Board
  const { root } = yield* Repository
  const { task, taken, tree } = input
  const touched = [...input.named].map((path) => relative(root, resolve(tree, path)).split(sep).join("/"))
  const { changes, now } = yield* changedSince(input.before)
  const mine = changes.filter((change) => change.kind === "checkout" && touched.includes(change.what)).map((change) => change.what)
  const attributed = [
    ...taken.undone.map((move) => `${move.ref} (moved back)`),
    ...taken.left.map((move) => `${move.ref} (somebody moved it on since)`),
    ...mine.map((path) => `${path} in your checkout`),
  ]
  const moved = new Set(taken.moves.map((move) => move.ref))
  const others = changes.filter((change) => !moved.has(change.what) && !mine.includes(change.what))
  if (attributed.length > 0) yield* board.emit({ type: "ChangedOutside", task, what: attributed, attributed: true })
  if (others.length > 0)
    yield* board.emit({ type: "ChangedOutside", task, what: others.map(({ kind, what }) => `${kind} ${what}`), attributed: false })
  // A ref that somebody else moves is the user's daily work; files they share with the task are not.
  const weighty = others.filter((change) => change.kind === "checkout" && change.what !== "index" && change.what !== "HEAD")
  const fresh = [...mine.map((path) => ({ path, proven: true })), ...weighty.map(({ what: path }) => ({ path, proven: false }))]
  const earlier = input.earlier.filter(({ path }) => now.checkout.has(path))
  return { attributed, noticed: withEarlier(fresh, earlier) }
})

/** What is not as it was, without what osier itself did meanwhile: branches of tasks, landings, and the checkout they brought along. */
const changedSince = Effect.fnUntraced(function* (before: Fingerprint) {
  const { targetRef, branchRef, settings } = yield* RunContext
  const now = yield* fingerprint()
  // Of all tasks: other runs make and delete branches at the same time.
  const own = (yield* listTasks()).flatMap((task) => (task.branch === undefined ? [] : [`refs/heads/${task.branch}`]))
  const landed = yield* landedFiles(before.refs.get(branchRef), now.refs.get(branchRef))
  const followed = `refs/remotes/${settings.remote}/`
  const changes = compare(before, now, { except: [...own, targetRef, branchRef] }).filter(
    (change) =>
      !(change.kind === "ref" && change.what.startsWith(followed)) &&
      (change.kind !== "checkout" || landed === undefined || !(landed.has(change.what) || change.what === "index")),
  )
  return { changes, now }
})

/** The files that the target's own way forward changed, which a checkout of it follows; undefined when it did not move. */
const landedFiles = Effect.fnUntraced(function* (from: string | undefined, to: string | undefined) {
  if (from === undefined || to === undefined || from === to) return undefined
  return new Set((yield* pathsBetween(from, to)).map((path) => path.split(sep).join("/")))
})
