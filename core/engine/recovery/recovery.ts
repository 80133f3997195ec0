import * as Effect from "effect/Effect"
import { isOver } from "../../domain/task/task.ts"
import { dropClaim, listClaims } from "../../steps/task/claims.ts"
import { recoverFollow } from "../../steps/checkout/recoverFollow.ts"
import { isFree } from "../../steps/lock/isFree.ts"
import { heldJudged, letJudgedGo } from "../../steps/keep/holdJudged.ts"
import { sweepJudges } from "../../steps/gate/judgeTree.ts"
import { listTasks, readTask } from "../../steps/task/record.ts"
import { sweepPassing } from "../../steps/tree/sweepPassing.ts"
import { Reaper } from "../../world/machine/reaper.ts"
import { RefIntent } from "../../world/git/refIntent.ts"
import { Repository } from "../../world/git/repository.ts"
import { alone } from "../context/alone.ts"
import { Board } from "../context/board.ts"
import { clearOver } from "../tree/clearOver.ts"
import { standingPlace } from "../tree/handTree.ts"
import { holding } from "../context/holding.ts"
import { lookBack } from "../attempt/lookBack.ts"
import { markedUpTo } from "../tree/mark.ts"
import { RunContext } from "../context/runContext.ts"
import { settlePlans } from "../tasks/settlePlans.ts"
import { sweepAttempts } from "../attempt/sweepAttempts.ts"
import { sweepLeft } from "./sweepLeft.ts"

/**
 * Mends what killed processes left that belongs to no living task: lock files of dead writers, a checkout that was half way
 * to the new target, trees of tasks that are over. What belongs to a task is mended by whoever claims it next.
 */
export const recover = Effect.fn("recover")(function* () {
  const board = yield* Board
  const intents = yield* RefIntent
  const reaper = yield* Reaper
  const { commonDir } = yield* Repository
  const { treeRoot, settings } = yield* RunContext
  for (const lock of yield* intents.sweep)
    yield* board.emit({ type: "Recovered", what: `the lock file ${lock} of a killed process was removed` })
  const followed = yield* alone(recoverFollow(), { what: "a checkout that was half way could not be looked after", hint: "git status" })
  for (const mended of followed ?? []) {
    if (mended.type === "finished")
      yield* board.emit({ type: "Recovered", what: `the checkout at ${mended.path} was brought to the landed commit` })
    else
      yield* board.emit({ type: "Warned", message: `the checkout at ${mended.path} is half way: ${mended.reason}`, hint: mended.command })
  }
  const doctor = "osier doctor"
  yield* alone(sweepJudges(treeRoot, settings.limits.graceMs), { what: "checkouts of judges could not be looked after", hint: doctor })
  const tasks = yield* listTasks()
  for (const { id, status } of tasks) {
    if (status !== "running") continue
    const reap = Effect.gen(function* () {
      if (!(yield* isFree("task", String(id)))) return
      // Owned meanwhile, so that nobody's living agent is taken for a dead one's.
      const reaped = holding("task", String(id), (held) =>
        reaper
          .reap(markedUpTo(commonDir, id, held.fence), settings.limits.graceMs)
          .pipe(Effect.tap(Effect.flatMap(readTask(id), ({ task }) => lookBack(held, task)))),
      )
      const { found } = yield* Effect.catchTag(reaped, "LockHeld", () => Effect.succeed({ found: [] }))
      const processes = found.map(({ pid, command }) => ({ pid, command }))
      if (processes.length > 0) yield* board.emit({ type: "ProcessesReaped", task: id, processes })
    })
    yield* alone(reap, { what: `what a dead run of task ${id} had started could not be ended`, task: id, hint: doctor })
  }
  yield* sweepLeft(tasks)
  const judged = Effect.gen(function* () {
    for (const hold of yield* heldJudged()) if (yield* isFree("task", String(hold.task))) yield* letJudgedGo(hold)
  })
  yield* alone(judged, { what: "refs that held what was judged could not be let go", hint: doctor })
  yield* alone(sweepAttempts(tasks), { what: "what was noted of attempts that are over could not be taken away", hint: doctor })
  yield* alone(sweepPassing(), { what: "drafts of killed processes could not be taken away", hint: doctor })
  yield* alone(settlePlans(), { what: "plans could not be settled", hint: doctor })
  const claims = Effect.gen(function* () {
    for (const { task } of yield* listClaims()) {
      const status = tasks.find((one) => one.id === task)?.status
      // What this clone knew of work by hand is of no use any more once the task is over and its tree is gone.
      const astray = Effect.catchTag(standingPlace(task), "TreeAstray", (lost) => Effect.succeed(lost))
      if (status !== undefined && isOver(status) && (yield* astray) === undefined) yield* dropClaim(task)
    }
  })
  yield* alone(claims, { what: "claims of tasks that are over could not be forgotten", hint: doctor })
  yield* alone(clearOver(tasks), { what: "trees of tasks that are over could not be looked through", hint: "osier clean" })
})
