import * as Effect from "effect/Effect"
import { mayTryAgain } from "../../domain/task/rightOfWay.ts"
import type { Task } from "../../domain/task/task.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { giveUp } from "../attempt/giveUp.ts"
import { workOn } from "../attempt/workOn.ts"
import type { Finished } from "../attempt/workOn.ts"
import type { AttemptLost } from "../context/attemptLost.ts"
import { Board } from "../context/board.ts"
import { Drain } from "../context/drain.ts"
import { holding } from "../context/holding.ts"
import { RunContext } from "../context/runContext.ts"
import { Slots } from "../context/slots.ts"
import { transition, withoutReason } from "../context/transition.ts"
import { soundBase } from "../judge/soundBase.ts"
import { finish } from "../train/finish.ts"
import { landClaimed } from "../train/landClaimed.ts"
import { hasLost, isThrough } from "../train/letGoFirst.ts"
import { offer } from "../train/train.ts"
import { furnish } from "../tree/furnish.ts"
import { branchFor, dropBranch, plant, replant } from "../tree/plant.ts"
import { needsStand } from "./needsStand.ts"
import { room } from "./preflight.ts"
import { takeOver } from "./takeOver.ts"
import type { Begun } from "./takeOver.ts"

/**
 * One task from lock to landing, and the whole pipeline: each stage is a line here. What a stage opened closes with its scope,
 * however the stage ends. A person's `claim` stands in for the lock; its work is finished already, and only lands.
 */
export const journey = Effect.fn("journey")(function* (id: number, claim?: Held) {
  if (claim !== undefined) return yield* landClaimed(claim, id)
  const owned = (held: Held) => pipeline(held, id).pipe(Effect.catchTag("AttemptLost", (lost) => giveUp(held, lost)))
  return yield* Effect.ensuring(holding("task", String(id), owned), isThrough(id))
})

const pipeline = Effect.fnUntraced(function* (held: Held, id: number) {
  const board = yield* Board
  const back = { work: 0, conflict: 0 }
  let round: Begun | undefined = yield* takeOver(held, id)
  while (round !== undefined) {
    const work: Finished = round.finished ?? (yield* inTree(held, round))
    const task: Task = board.task(id) ?? round.task
    const answer = yield* offer(held, task, work)
    if (answer.type === "landed") yield* finish(held, task, work, answer.landing)
    round = answer.type === "ejected" ? yield* nextRound(held, { ...round, task }, work, answer, back) : undefined
  }
})

/** Works on the task in one of the run's slots, in a tree cut from the target as it is now, until its gates pass. */
const inTree = (held: Held, { task, assigned, evidence, salvage }: Begun) =>
  Effect.scoped(
    Effect.gen(function* () {
      yield* (yield* Slots).take(task.id)
      yield* room
      const base = yield* soundBase(task.id)
      yield* needsStand(task, base)
      const running = yield* start(held, task, assigned)
      if (salvage !== undefined) return yield* workOn(held, running, yield* replant(held, running, salvage.tree), evidence, salvage.state)
      const tree = yield* plant(held, running, base)
      yield* furnish(running, tree, held)
      return yield* workOn(held, running, tree, evidence)
    }),
  )

/** The record says what is about to be made before it is made. */
const start = Effect.fnUntraced(function* (held: Held, task: Task, assigned: string) {
  const branch = yield* branchFor(task)
  return yield* transition(held, (old) => ({ ...withoutReason(old), status: "running", branch, assigned_to: assigned }), [])
})

/** Sends work that the train ejected back to the agent with the evidence, as long as the budget of its kind of failure lasts. */
const nextRound = Effect.fnUntraced(function* (
  held: Held,
  { task, assigned }: Begun,
  work: Finished,
  { lost, evidence }: { readonly lost: AttemptLost; readonly evidence: string },
  back: Record<"work" | "conflict", number>,
) {
  const drain = yield* Drain
  const { limits } = (yield* RunContext).settings
  // An ejected commit is kept by name before its branch is cut anew from the target that it has to work with.
  if (work.branch !== "") yield* dropBranch(held, task, work.branch)
  const why = lost.class === "conflict" ? "conflict" : "work"
  if (!mayTryAgain(back, why, { work: task.retries ?? limits.retries, conflict: limits.conflicts })) return yield* lost
  back[why]++
  const again = { type: "TaskRetried", task: task.id, attempt: task.attempts.length + 1, reason: lost.reason } as const
  const running = yield* transition(held, (old) => ({ ...withoutReason(old), status: "running" }), again, { "evidence.md": evidence })
  if (drain.requested()) return yield* Effect.interrupt
  if (lost.files !== undefined) yield* hasLost(running, lost.files)
  return { task: running, assigned, evidence } satisfies Begun
})
