import * as Effect from "effect/Effect"
import { holderText, lockRef } from "../../domain/lock/lock.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import { astray } from "../../steps/checkout/astray.ts"
import { listClaims } from "../../steps/task/claims.ts"
import { sweepJudges } from "../../steps/gate/judgeTree.ts"
import { fenceOfTree, type ListedTree, listTrees, taskOfTree } from "../../steps/tree/listTrees.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { liveRuns } from "../../steps/lock/liveRuns.ts"
import { listTasks } from "../../steps/task/record.ts"
import { emptyTrash } from "../../steps/tree/removeTree.ts"
import { surveyLocks } from "../../steps/lock/surveyLocks.ts"
import { Machine } from "../../world/machine/machine.ts"
import { Reaper } from "../../world/machine/reaper.ts"
import { RefIntent } from "../../world/git/refIntent.ts"
import type { RefTrouble } from "../../world/git/refs.ts"
import { Repository } from "../../world/git/repository.ts"
import { alone } from "../context/alone.ts"
import { readAttempt } from "../tree/attemptState.ts"
import { Board } from "../context/board.ts"
import { freeStale } from "./freeStale.ts"
import { holding } from "../context/holding.ts"
import { sharing } from "../../world/remote/sharing.ts"
import { keepAndRemove } from "../tree/plant.ts"
import { markedUpTo } from "../tree/mark.ts"
import { RunContext } from "../context/runContext.ts"
import type { Left, Removed } from "../tree/sweepOver.ts"

/**
 * Takes away what owners left that are proven gone: their locks, and on this machine their trees, which are kept first. A
 * remote that can't be reached is told, and keeps nothing of this machine from being done; locks stay as they are then.
 */
export const cleanStale = Effect.fn("cleanStale")(function* (input: {
  readonly dryRun: boolean
  readonly settings: Settings
  /** Why the remote can't be asked; undefined when it can, or there is none. */
  readonly trouble: RefTrouble | undefined
}) {
  const [board, intents] = [yield* Board, yield* RefIntent]
  const { treeRoot, settings } = yield* RunContext
  const gone = yield* lostTrees(treeRoot)
  const none: { readonly removed: readonly Removed[]; readonly left: readonly Left[] } = { removed: [], left: [] }
  let { trouble } = input
  const locks =
    trouble !== undefined
      ? none
      : yield* freeStale(input.dryRun).pipe(
          Effect.provide(sharing(input.settings)),
          Effect.catchTag(["RefFailed", "RemoteRefused", "RemoteUnreachable"], (error) =>
            Effect.sync(() => {
              trouble = error
              return none
            }),
          ),
        )
  const [removed, left] = [[...locks.removed], [...locks.left]]
  for (const { tree, task, fence, proof, waits, away } of gone) {
    const about = { what: "tree" as const, name: tree.path, task }
    if (waits !== undefined) {
      left.push({ ...about, why: waits })
      continue
    }
    const remove = (held?: Held) => endAndRemove(held, tree, task, fence, proof)
    // Where it can be asked for, the lock keeps a run that begins in this moment away from the tree.
    const owned =
      trouble !== undefined || away ? remove() : holding("task", String(task), remove).pipe(Effect.provide(sharing(input.settings)))
    const failed = input.dryRun
      ? undefined
      : yield* owned.pipe(
          Effect.as(undefined),
          Effect.catch((error) => Effect.succeed(error)),
        )
    if (failed !== undefined) {
      left.push({ ...about, why: failed.message })
      continue
    }
    const ref = board.kept.get(task)
    removed.push({ ...about, proof: ref === undefined ? proof : `${proof}; its content is on ${ref}` })
  }
  if (!input.dryRun) {
    for (const name of yield* intents.sweep) removed.push({ what: "lock", name, proof: "a lock file of a killed process" })
    const hint = "osier clean"
    yield* alone(sweepJudges(treeRoot, settings.limits.graceMs), { what: "checkouts of judges could not be looked after", hint })
    yield* alone(emptyTrash(treeRoot), { what: "what was taken away could not be deleted", hint })
  }
  return { removed, left, trouble }
})

/** What the owner had started in it may still write there. */
const endAndRemove = Effect.fnUntraced(function* (
  held: Held | undefined,
  tree: ListedTree,
  task: number,
  fence: number | undefined,
  proof: string,
) {
  const [board, reaper, { commonDir }] = [yield* Board, yield* Reaper, yield* Repository]
  const { settings } = yield* RunContext
  const { found } = yield* reaper.reap(markedUpTo(commonDir, task, fence), settings.limits.graceMs)
  if (found.length > 0) yield* board.emit({ type: "ProcessesReaped", task, processes: found.map(({ pid, command }) => ({ pid, command })) })
  yield* keepAndRemove(held, task, tree, proof)
})

interface Lost {
  readonly tree: ListedTree
  readonly task: number
  /** What was started by this fence or an earlier one has no owner any more. */
  readonly fence: number | undefined
  readonly proof: string
  /** Why it stays: what it is of use for, or that its folder may be somewhere else. */
  readonly waits: string | undefined
  /** Its task is held by another owner, who has not made it. */
  readonly away: boolean
}

/** Trees of this machine whose owner is proven dead, or that no process of this machine can be the owner of. */
const lostTrees = Effect.fnUntraced(function* (root: string) {
  const machine = yield* Machine
  const byHand = new Set((yield* listClaims()).map((claim) => claim.place?.path))
  const locks = new Map((yield* surveyLocks()).locks.map((one) => [one.ref, one]))
  const running = new Set((yield* listTasks()).filter(({ status }) => status === "running").map(({ id }) => id))
  const alone = (yield* liveRuns()).length === 0
  const lost: Lost[] = []
  for (const tree of yield* listTrees(root)) {
    const task = taskOfTree(tree)
    if (task === undefined || byHand.has(tree.path)) continue
    const seen = locks.get(lockRef("task", String(task)))
    const fence = fenceOfTree(tree)
    const late = seen?.standing === "held" && fence !== undefined && fence < seen.lock.fence
    const away = late || (seen?.standing === "held" && seen.lock.owner.host !== machine.self.host)
    const proof =
      seen?.standing === "dead"
        ? `process ${"pid" in seen.lock.owner ? seen.lock.owner.pid : ""} of this machine, which worked in it, is dead`
        : late
          ? `${holderText(seen.lock.owner)} has the task by a later fence`
          : alone && (seen === undefined || seen.standing === "free" || away)
            ? "no run works on this machine"
            : undefined
    if (proof === undefined) continue
    const finished = !away && running.has(task) && tree.there && (yield* readAttempt(task))?.finished !== undefined
    const gone = yield* astray(tree, root)
    const explained = gone === undefined ? undefined : `${gone.message}: ${gone.hint}`
    const waits = explained ?? (finished ? "its agent had finished: `osier run` goes on with what it did" : undefined)
    lost.push({ tree, task, fence: late ? fence : seen?.lock.fence, proof, waits, away })
  }
  return lost
})
