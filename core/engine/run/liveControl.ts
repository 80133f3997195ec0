import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Layer from "effect/Layer"
import type { TaskDraft } from "../../domain/event/command.ts"
import type { Task } from "../../domain/task/task.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { readPlan } from "../../steps/given/readPlan.ts"
import { readTask } from "../../steps/task/record.ts"
import { Control, ControlRefused } from "../../world/machine/control.ts"
import { addTasks } from "../tasks/addTasks.ts"
import { Board } from "../context/board.ts"
import { Fleet } from "../context/fleet.ts"
import { holding } from "../context/holding.ts"
import { knownOf } from "../context/knownOf.ts"
import { RunContext } from "../context/runContext.ts"
import { transition } from "../context/transition.ts"

/** What others may ask of this run while it works: the commands of the socket, carried out by the engine. */
export const liveControl = Layer.effect(
  Control,
  Effect.gen(function* () {
    const board = yield* Board
    const fleet = yield* Fleet
    const context = yield* Effect.context<Effect.Services<ReturnType<typeof add | typeof release>>>()
    const refuse = (reason: string, hint: string) => new ControlRefused({ reason, hint })
    const guarded = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.mapError(effect, (error) => refuse(error.message, "hint" in error && typeof error.hint === "string" ? error.hint : "osier ls"))

    return Control.of({
      pause: Effect.andThen(
        Effect.sync(() => void (fleet.paused = true)),
        board.ring,
      ),
      resume: Effect.andThen(
        Effect.sync(() => void (fleet.paused = false)),
        board.ring,
      ),
      cancel: Effect.fnUntraced(function* (task: number) {
        if (!FiberMap.hasUnsafe(fleet.journeys, task)) return yield* refuse(`task ${task} is not being worked on in this run`, "osier ls")
        yield* FiberMap.remove(fleet.journeys, task)
        yield* guarded(Effect.provide(release(task), context))
      }),
      add: (drafts: readonly TaskDraft[]) => guarded(Effect.provide(add(drafts), context)),
      land: Effect.fnUntraced(function* (task: number) {
        if (board.task(task)?.status !== "completed")
          return yield* refuse(`task ${task} is not completed in this run`, `osier show ${task}`)
        fleet.asked.add(task)
        fleet.started.delete(task)
        yield* board.wait(task, undefined)
      }),
    })
  }),
)

/** A task that was cancelled is free for whoever wants it next; what it had done is kept. */
const release = Effect.fnUntraced(function* (id: number) {
  const board = yield* Board
  const reason = "cancelled"
  yield* holding("task", String(id), (held) =>
    transition(held, (old) => (old.status === "running" ? { ...unassigned(old, held), status: "pending", reason } : old), {
      type: "TaskReleased",
      task: id,
      reason,
    }),
  )
  yield* board.wait(id, { reason, hint: "osier run", ends: "person" })
})

/** Whom a run assigned it to by starting it has nothing to do with it any more. */
const unassigned = (task: Task, held: Held): Task => {
  const { assigned_to: who, ...rest } = task
  return who === held.owner.email ? rest : task
}

/** What a program asks for over the socket is a plan like any other, and checked as one. */
const add = Effect.fnUntraced(function* (drafts: readonly TaskDraft[]) {
  const board = yield* Board
  const fleet = yield* Fleet
  const { settings } = yield* RunContext
  const known = yield* knownOf(settings)
  const declared = yield* readPlan({ words: drafts, from: [], at: ".", known })
  const added = yield* addTasks(declared, { again: "new" })
  for (const { id } of added) {
    yield* board.put((yield* readTask(id)).task)
    fleet.mine.add(id)
  }
  yield* board.ring
  return added.map(({ id }) => id)
})
