import * as Effect from "effect/Effect"
import { PlanRefused } from "../../domain/plan/plan.ts"
import type { Declared } from "../../domain/plan/planDraft.ts"
import { inScope } from "../../domain/task/scope.ts"
import type { Kind, Task } from "../../domain/task/task.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { readTask, taskRef } from "../../steps/task/record.ts"
import { Refs } from "../../world/git/refs.ts"
import { type Added, addTasks } from "../tasks/addTasks.ts"
import { Board } from "../context/board.ts"
import { holding } from "../context/holding.ts"
import { NotOpen } from "./readOnly.ts"
import { RunContext } from "../context/runContext.ts"
import { settleAbove } from "../tasks/settlePlans.ts"
import { storedProposal } from "./storedProposal.ts"
import { transition } from "../context/transition.ts"
import { pathsBetween } from "../../steps/commit/changesBetween.ts"

/** What became of an accepted proposal. */
export interface Accepted {
  readonly id: number
  readonly tasks: readonly Added[]
  /** Files in the tasks' scopes that changed on the target since the proposal was made. */
  readonly drifted: readonly string[]
}

/**
 * Makes tasks of a proposal; the children of a plan know it, and wait for what it waited for. The children are written down
 * with the plan last, so that after a crash the same command finds what is there already and makes the rest.
 */
export const acceptProposal = Effect.fn("acceptProposal")(function* (id: number, kind: Kind) {
  const accepted = yield* holding("task", String(id), (held) => accept(held, id, kind))
  // Children may have ended before the plan knew of them.
  yield* settleAbove({ id, parent: id })
  return accepted
})

const accept = Effect.fnUntraced(function* (held: Held, id: number, kind: Kind) {
  const board = yield* Board
  const refs = yield* Refs
  const { targetRef } = yield* RunContext
  yield* refs.refresh([taskRef(id), targetRef])
  const { task } = yield* readTask(id)
  if (task.kind !== kind) return yield* new NotOpen({ id, kind, reason: kind === "plan" ? "is no plan" : "is no exploration" })
  if (task.children !== undefined) return { id, tasks: yield* known(task.children), drifted: [] } satisfies Accepted
  const { tasks, problems } = yield* storedProposal(task, kind)
  if (problems.length > 0) return yield* PlanRefused.of(problems)
  if (task.status !== (kind === "plan" ? "pending" : "merged")) return yield* new NotOpen({ id, kind, reason: `is ${task.status}` })
  const drifted = yield* drift(task, tasks)
  if (kind === "explore") {
    const added = yield* addTasks(tasks, { again: "resume" })
    yield* board.emit({ type: "PlanAccepted", task: id, children: added.map((one) => one.id) })
    return { id, tasks: added, drifted } satisfies Accepted
  }
  const heirs = tasks.map((one): Declared => ({ ...one, needsTasks: [...new Set([...one.needsTasks, ...task.needs])] }))
  const added = yield* addTasks(heirs, { again: "resume", parent: id })
  const children = added.map((one) => one.id)
  const reason = `waits for its children: ${children.join(", ")}`
  yield* transition(held, (old) => ({ ...old, children, reason }), { type: "PlanAccepted", task: id, children })
  return { id, tasks: added, drifted } satisfies Accepted
})

const known = (ids: readonly number[]) =>
  Effect.forEach(ids, (id) => Effect.map(readTask(id), ({ task }): Added => ({ id, title: task.title, resumed: true })))

/** What has changed under a plan while it waited, as far as its tasks are about it. */
const drift = Effect.fnUntraced(function* (task: Task, tasks: readonly Declared[]) {
  const refs = yield* Refs
  const { targetRef } = yield* RunContext
  const tip = yield* refs.read(targetRef)
  if (task.base === undefined || tip === undefined || tip === task.base) return []
  return (yield* pathsBetween(task.base, tip)).filter(inScope(tasks.flatMap(({ scope }) => scope)))
})
