import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"
import { lockRef } from "../../domain/lock/lock.ts"
import type { Task } from "../../domain/task/task.ts"
import { isFree } from "../../steps/lock/isFree.ts"
import { readTask } from "../../steps/task/record.ts"
import { Refs } from "../../world/git/refs.ts"
import { steadyMs } from "../../world/machine/steadyMs.ts"
import { Board } from "../context/board.ts"
import { Fleet } from "../context/fleet.ts"
import { lookThere } from "./lookThere.ts"
import { RunContext } from "../context/runContext.ts"

/** Longer than others rest between two looks at the target's lock, and short beside a gate. */
const wayMs = 4_000
const lookMs = 200

/** What a run remembers of those it let go first. */
export interface Courtesy {
  /** Tasks of others that were given way to, and did not take it. */
  readonly passed: Set<number>
  /** What was said already: a queue that moves slowly is no news each time it is looked at. */
  readonly told: Set<string>
}

/**
 * Lets the work of another process land first that was done before this: a run with much to land would take the target
 * again before anybody else has seen it free. For a moment, and once for each task: it may wait for something else.
 */
export const giveWay = Effect.fn("giveWay")(function* (task: Task, { passed, told }: Courtesy) {
  const board = yield* Board
  const { target } = yield* RunContext
  const begun = yield* steadyMs
  let earlier = yield* doneEarlier(task, passed)
  if (earlier === undefined) return
  const reason = `lets task ${earlier} land first, which another run had done earlier`
  const said = { type: "TaskWaited", task: task.id, reason } as const
  const news = !told.has(reason + task.id)
  told.add(reason + task.id)
  yield* board.wait(task.id, { reason, hint: "It goes on by itself.", ends: "owner" }, news ? said : undefined)
  while (earlier !== undefined) {
    if ((yield* steadyMs) - begun >= wayMs) passed.add(earlier)
    // Somebody has it: whoever wants it too gets in line.
    if (passed.has(earlier) || !(yield* isFree("target", target))) break
    yield* Effect.sleep(lookMs)
    yield* lookThere()
    earlier = yield* doneEarlier(task, passed)
  }
  yield* board.wait(task.id, undefined)
})

/** The oldest work that is complete, and that a living process other than this is about to land. */
const doneEarlier = Effect.fnUntraced(function* (task: Task, passed: ReadonlySet<number>) {
  const board = yield* Board
  const refs = yield* Refs
  const { journeys } = yield* Fleet
  const since = board.task(task.id)?.updated ?? task.updated
  let oldest: Task | undefined
  for (const ref of (yield* refs.list(taskLocks)).keys()) {
    const id = Number(ref.slice(taskLocks.length))
    if (id === task.id || passed.has(id) || FiberMap.hasUnsafe(journeys, id) || (yield* isFree("task", String(id)))) continue
    const other = Option.getOrUndefined(yield* Effect.option(readTask(id)))?.task
    if (other?.status === "completed" && other.updated < (oldest?.updated ?? since)) oldest = other
  }
  return oldest?.id
})

const taskLocks = lockRef("task", "")
