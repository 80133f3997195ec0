import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Kind, Status } from "../../domain/task/task.ts"
import { readTask } from "../../steps/task/record.ts"
import { giveAgent } from "./giveAgent.ts"
import { run } from "./run.ts"

/** A verb was used on a task whose state it does not fit. */
export class WrongState extends Data.TaggedError("WrongState")<{ readonly id: number; readonly status: Status; readonly wanted: Status }> {
  override get message() {
    return `task ${this.id} is ${this.status}, not ${this.wanted}`
  }
  get hint() {
    return this.status === "failed" ? `osier retry ${this.id}` : `osier show ${this.id}`
  }
  readonly exit = 2
}

/** Plans and explorations have verbs of their own. */
export class NothingToLand extends Data.TaggedError("NothingToLand")<{ readonly id: number; readonly kind: Kind }> {
  override get message() {
    return `task ${this.id} is ${this.kind === "plan" ? "a plan" : "an exploration"}: it lands nothing`
  }
  get hint() {
    return `osier ${this.kind} ${this.id}`
  }
  readonly exit = 2
}

const require = Effect.fnUntraced(function* (ids: readonly number[], wanted: Status) {
  for (const id of ids) {
    const { task } = yield* readTask(id)
    if (task.kind !== undefined) return yield* new NothingToLand({ id, kind: task.kind })
    if (task.status !== wanted) return yield* new WrongState({ id, status: task.status, wanted })
  }
})

/** Lands completed tasks that waited for a person's word. */
export const landTasks = Effect.fn("landTasks")(function* (ids: readonly number[]) {
  yield* require(ids, "completed")
  return yield* run({ ids })
})

/** Gives failed tasks another go, with the evidence of the last; by another agent, if one is named. */
export const retryTasks = Effect.fn("retryTasks")(function* (ids: readonly number[], agent?: string) {
  yield* require(ids, "failed")
  if (agent !== undefined) yield* giveAgent(ids, agent)
  return yield* run({ ids, retryFailed: true })
})
