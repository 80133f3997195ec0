import * as Effect from "effect/Effect"
import { nanoid } from "nanoid"
import { join, relative, resolve, sep } from "node:path"
import { isOwnMove } from "../domain/refMoves.ts"
import type { RefMove } from "../domain/refMoves.ts"
import { changeText, isPowerful, undoCommand } from "../domain/settingChange.ts"
import type { SettingChange } from "../domain/settingChange.ts"
import type { Task } from "../domain/task.ts"
import type { Tree } from "../domain/tree.ts"
import type { Outcome } from "../plugin.ts"
import { attributedMoves, attribution } from "../steps/attribution.ts"
import type { Configuration } from "../steps/configuration.ts"
import { compare, fingerprint } from "../steps/outside.ts"
import type { Fingerprint } from "../steps/outside.ts"
import { listTasks } from "../steps/record.ts"
import { strangeDrivers } from "../steps/strangeDrivers.ts"
import { undoMoves } from "../steps/undoMoves.ts"
import { Files } from "../world/files.ts"
import { Git } from "../world/git.ts"
import { Repository } from "../world/repository.ts"
import { lost } from "./attemptLost.ts"
import { Board } from "./board.ts"
import { watchSettings } from "./configured.ts"
import { RunContext } from "./runContext.ts"
import { noticeMove } from "./soundTip.ts"
import { adopt, TargetWatch } from "./targetWatch.ts"
import { mendOwnRefs } from "./watchOwnRefs.ts"

/** What the guarded part may add to: the environment that makes git bear witness, and paths that its agent spoke of. */
export interface Watch {
  readonly env: Readonly<Record<string, string>>
  readonly named: Set<string>
}

/** What an attempt did outside of its tree. */
export interface Verdict {
  readonly outcome: Outcome
  /** What it did, by evidence: the attempt fails for it, and moved refs are back where they were. */
  readonly attributed: readonly string[]
  /** What changed in the user's checkout meanwhile, without evidence whose doing it was. */
  readonly noticed: readonly string[]
  /** Hooks and configuration that changed meanwhile: git would obey them in the user's own checkout. */
  readonly obeyed: readonly string[]
}

/**
 * Runs an attempt and looks before and after at everything it may not touch. Only evidence makes a change the attempt's: its
 * own git said so, or its agent named the path. The rest is told and never undone; the user works here too.
 */
export const guard = Effect.fn("guard")(function* <E, R>(
  task: Task,
  tree: Tree,
  attempt: number,
  body: (watch: Watch) => Effect.Effect<Outcome, E, R>,
) {
  const board = yield* Board
  const files = yield* Files
  const { own, root } = yield* Repository
  const folder = join(own, "attempts", `${task.id}-${attempt}-${nanoid(8)}`)
  const before = yield* fingerprint()
  const obey = yield* watchSettings(`the agent of task ${task.id}`, task.id)
  const witness = yield* attribution({ folder, nonce: nanoid() })
  const named = new Set<string>()
  const outcome = yield* body({ env: witness.env, named }).pipe(Effect.onError(() => Effect.ignore(obey)))
  const moves = (yield* attributedMoves(witness)).filter((move) => !isOwnMove(move, tree))
  const { undone, left } = yield* undoMoves({ moves, task: task.id, attempt })
  yield* targetUndone(undone)
  yield* mendOwnRefs()
  yield* noticeMove().pipe(Effect.catchTag(["NoTarget", "NoRemoteTarget"], () => Effect.void))
  const { changes: settings, configuration } = yield* obey
  yield* refusePlanted(tree, settings, configuration).pipe(Effect.onError(() => Effect.ignore(files.remove(folder))))
  const touched = [...named].map((path) => relative(root, resolve(tree.path, path))).filter((path) => !path.startsWith("..") && path !== "")
  const changes = yield* changedSince(before)
  const mine = changes.filter((change) => change.kind === "checkout" && touched.includes(change.what)).map((change) => change.what)
  const attributed = [
    ...undone.map((move) => `${move.ref} (moved back)`),
    ...left.map((move) => `${move.ref} (somebody moved it on since)`),
    ...mine.map((path) => `${path} in your checkout`),
  ]
  const moved = new Set(moves.map((move) => move.ref))
  const noticed = changes.filter((change) => !moved.has(change.what) && !mine.includes(change.what))
  if (attributed.length > 0) yield* board.emit({ type: "ChangedOutside", task: task.id, what: attributed, attributed: true })
  if (noticed.length > 0) {
    yield* board.emit({
      type: "ChangedOutside",
      task: task.id,
      what: noticed.map(({ kind, what }) => `${kind} ${what}`),
      attributed: false,
    })
  }
  yield* files.remove(folder).pipe(Effect.ignore)
  // A ref that somebody else moves is the user's daily work; files they share with the task are not.
  const weighty = noticed.filter((change) => change.kind === "checkout" && change.what !== "index" && change.what !== "HEAD")
  const obeyed = settings.map((change) => `${changeText(change)} (undo: ${undoCommand(change)})`)
  const pathsOf = (changes: typeof noticed) => changes.map((change) => change.what)
  return { outcome, attributed, noticed: pathsOf(weighty), obeyed } satisfies Verdict
})

/** What the attempt did to the target is told as its own doing, and need not be noticed again. */
const targetUndone = Effect.fnUntraced(function* (undone: readonly RefMove[]) {
  const watch = yield* TargetWatch
  const { targetRef } = yield* RunContext
  const move = undone.find(({ ref }) => ref === targetRef)
  if (move?.from !== undefined && watch.sound.has(move.from)) adopt(watch, move.from)
})

/** Before any git looks at files of the tree: what came about meanwhile could make it start something. */
const refusePlanted = Effect.fnUntraced(function* (tree: Tree, settings: readonly SettingChange[], configuration: Configuration) {
  const powerful = settings.filter(isPowerful)
  const planted = [...powerful.map(changeText), ...(yield* strangeDrivers(tree, configuration))].join("; ")
  if (planted === "") return
  const undo = powerful.length === 0 ? "" : `; undo it with ${powerful.map(undoCommand).join(" && ")}`
  return yield* lost("environment", `git would obey what came about while it worked, so osier ran none there: ${planted}${undo}`)
})

/** What is not as it was, without what osier itself did meanwhile: branches of tasks, landings, and the checkout they brought along. */
const changedSince = Effect.fnUntraced(function* (before: Fingerprint) {
  const { targetRef, branchRef, settings } = yield* RunContext
  const after = yield* fingerprint()
  // Of all tasks: other runs make and delete branches at the same time.
  const own = (yield* listTasks()).flatMap((task) => (task.branch === undefined ? [] : [`refs/heads/${task.branch}`]))
  const landed = yield* landedFiles(before.refs.get(branchRef), after.refs.get(branchRef))
  const followed = `refs/remotes/${settings.remote}/`
  return compare(before, after, { except: [...own, targetRef, branchRef] }).filter(
    (change) =>
      !(change.kind === "ref" && change.what.startsWith(followed)) &&
      (change.kind !== "checkout" || landed === undefined || !(landed.has(change.what) || change.what === "index")),
  )
})

/** The files that the target's own way forward changed, which a checkout of it follows; undefined when it did not move. */
const landedFiles = Effect.fnUntraced(function* (from: string | undefined, to: string | undefined) {
  if (from === undefined || to === undefined || from === to) return undefined
  const git = yield* Git
  const { commonDir } = yield* Repository
  const args = ["--git-dir", commonDir, "diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to]
  return new Set((yield* git.fields(args, { cwd: commonDir })).map((path) => path.split(sep).join("/")))
})
