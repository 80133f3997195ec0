import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Semaphore from "effect/Semaphore"
import type { Task } from "../../domain/task/task.ts"
import type { Wait } from "../../domain/task/wait.ts"
import { wouldWait } from "../../steps/land/land.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { Refs } from "../../world/git/refs.ts"
import type { AttemptLost } from "../context/attemptLost.ts"
import { Board } from "../context/board.ts"
import { Drain } from "../context/drain.ts"
import { Fleet } from "../context/fleet.ts"
import { giveWay } from "./giveWay.ts"
import type { Courtesy } from "./giveWay.ts"
import { holding } from "../context/holding.ts"
import { landOne } from "./landOne.ts"
import { filesOf, letGoFirst } from "./letGoFirst.ts"
import { RunContext } from "../context/runContext.ts"
import { waitForTarget } from "../judge/soundBase.ts"
import type { Finished } from "../attempt/workOn.ts"

/** What the train says to a finished task. */
export type Answer =
  | { readonly type: "landed"; readonly landing: string }
  /** It stays completed until a person says something; the board tells what. */
  | { readonly type: "stays" }
  /** It can't land as it is: back to the agent with the evidence, while there is a budget for it. */
  | { readonly type: "ejected"; readonly lost: AttemptLost; readonly evidence: string }

/** How long to wait before looking again at what is in a landing's way. */
const againMs = 300

/** Each look at another's lock costs the remote a call, and the one who lands its time: they get rarer up to this. */
const restMs = 1500

/** A run that is to end waits no longer than this for another run's landing. */
const drainMs = 10_000

/** How many rounds of landings are lost to others before a person is asked. */
const overtakenMax = 5

/** The merge queue of the target in this process; between processes, the target's lock keeps the order. */
export class Train extends Context.Service<
  Train,
  {
    readonly turn: Semaphore.Semaphore
    readonly courtesy: Courtesy
  }
>()("core/engine/Train") {
  static readonly layer = Layer.effect(
    Train,
    Effect.map(Semaphore.make(1), (turn) => ({ turn, courtesy: { passed: new Set<number>(), told: new Set<string>() } })),
  )
}

/**
 * Offers finished work to the train and waits for its answer: one landing at a time, first come first served. What waits for
 * files of the user lets the others pass.
 */
export const offer = Effect.fn("offer")(function* (held: Held, task: Task, work: Finished) {
  const board = yield* Board
  const drain = yield* Drain
  const { turn, courtesy } = yield* Train
  const { target, settings, options, shared } = yield* RunContext
  const asked = options.asked || (yield* Fleet).asked.has(task.id)
  if (settings.land !== "auto" && !asked) {
    const hint = `osier diff ${task.id}, then osier land ${task.id}`
    yield* board.hold(task.id, "complete, waits for your review", hint, { review: true })
    return { type: "stays" } satisfies Answer
  }
  if (work.outside !== undefined && !asked) {
    const reason = `this changed outside its tree while its agent worked: ${work.outside.slice(0, 5).join(", ")}`
    const hint = `Look at both, then \`osier land ${task.id}\`.`
    yield* board.hold(task.id, reason, hint, { paths: work.outside })
    return { type: "stays" } satisfies Answer
  }
  yield* board.emit({ type: "Queued", task: task.id, tip: work.tip, target })
  yield* letGoFirst(task, yield* filesOf(work))
  let [overtaken, drained] = [0, 0]
  for (let pauseMs = againMs; ; pauseMs = shared === undefined ? againMs : Math.min(pauseMs * 1.5, restMs)) {
    const tried = yield* Semaphore.withPermit(
      turn,
      Effect.andThen(
        giveWay(task, courtesy),
        holding("target", target, (targetHeld) => landOne(held, targetHeld, task, work)),
      ).pipe(
        // Another run of this repository lands at the moment.
        Effect.catchTag("LockHeld", () => Effect.succeed({ type: "taken" } as const)),
        Effect.retry({ times: 2, while: (error) => error._tag === "GitFailed" && error.killed }),
      ),
    )
    if (tried.type !== "busy" && tried.type !== "blocked" && tried.type !== "taken" && tried.type !== "red") return tried
    if (tried.type === "busy") overtaken++
    if (drain.requested()) drained += tried.type === "taken" ? pauseMs : drainMs
    if (tried.type === "red") yield* waitForTarget(task.id, tried.red)
    if (tried.type === "blocked") {
      yield* tellBlocked(task, tried)
      yield* untilFree(tried)
    }
    if (drained >= drainMs && (tried.type === "blocked" || tried.type === "red")) return { type: "stays" } satisfies Answer
    if (drained >= drainMs || overtaken >= overtakenMax) {
      const reason =
        overtaken >= overtakenMax ? `${target} moved each time that this was about to land` : "the run ended before its turn came"
      yield* board.wait(task.id, { reason, hint: `osier land ${task.id}`, ends: "person" }, { type: "TaskWaited", task: task.id, reason })
      return { type: "stays" } satisfies Answer
    }
    if (tried.type === "busy" || tried.type === "taken") yield* Effect.sleep(pauseMs * (0.5 + (yield* Random.next)))
  }
})

/** Returns when the files are out of the way, the target is elsewhere, so that there is something new to land, or the run is to end. */
const untilFree = Effect.fnUntraced(function* ({ from, to }: { readonly from: string; readonly to: string }) {
  const refs = yield* Refs
  const { targetRef } = yield* RunContext
  const drain = yield* Drain
  while (!drain.requested()) {
    yield* Effect.sleep(againMs)
    if ((yield* refs.read(targetRef)) !== from) return
    if ((yield* wouldWait({ target: targetRef, from, to })) === undefined) return
  }
})

const tellBlocked = Effect.fnUntraced(function* (task: Task, blocked: { readonly reason: string; readonly files: readonly string[] }) {
  const board = yield* Board
  const names = blocked.files.slice(0, 5).join(", ")
  const wait: Wait = {
    reason: names === "" ? blocked.reason : `${blocked.reason}: ${names}`,
    hint: `Finish, commit, move or delete what is in the way, or check out something else there (\`git switch --detach\`); it lands by itself, or with \`osier land ${task.id}\`.`,
    ends: "files",
  }
  yield* board.wait(task.id, wait, { type: "LandingWaited", tasks: [task.id], reason: blocked.reason, files: [...blocked.files] })
})
