import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Layer from "effect/Layer"
import type { TaskDraft } from "../domain/command.ts"
import { agentProfile } from "../domain/agentProfile.ts"
import type { Declared } from "../domain/planDraft.ts"
import { slug } from "../domain/slug.ts"
import type { Task } from "../domain/task.ts"
import type { Held } from "../steps/lock.ts"
import { readTask } from "../steps/record.ts"
import { Control, ControlRefused } from "../world/control.ts"
import { Adapters } from "./adapters.ts"
import { addTasks } from "./addTasks.ts"
import { Board } from "./board.ts"
import { Fleet } from "./fleet.ts"
import { holding } from "./holding.ts"
import { RunContext } from "./runContext.ts"
import { transition } from "./transition.ts"

/** What others may ask of this run while it works: the commands of the socket, carried out by the engine. */
export const liveControl = Layer.effect(
  Control,
  Effect.gen(function* () {
    const board = yield* Board
    const fleet = yield* Fleet
    const { settings } = yield* RunContext
    const adapters = yield* Adapters
    const context = yield* Effect.context<Effect.Services<ReturnType<typeof add | typeof release>>>()
    const refuse = (reason: string, hint: string) => new ControlRefused({ reason, hint })
    const guarded = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.mapError(effect, (error) => refuse(error.message, "osier ls"))

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
      add: Effect.fnUntraced(function* (drafts: readonly TaskDraft[]) {
        for (const draft of drafts) {
          const agent = draft.agent ?? settings.agent
          if (agent === undefined || agentProfile(settings, agent, adapters.names) === undefined)
            return yield* refuse(
              agent === undefined ? `${draft.title}: no agent is named and there is no default` : `there is no agent ${agent}`,
              "osier schema settings",
            )
        }
        return yield* guarded(Effect.provide(add(drafts), context))
      }),
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
  yield* board.wait(id, { reason, hint: "osier run" })
})

/** Whom a run assigned it to by starting it has nothing to do with it any more. */
const unassigned = (task: Task, held: Held): Task => {
  const { assigned_to: who, ...rest } = task
  return who === held.owner.email ? rest : task
}

const add = Effect.fnUntraced(function* (drafts: readonly TaskDraft[]) {
  const board = yield* Board
  const fleet = yield* Fleet
  const added = yield* addTasks(drafts.map(declaredOf), { again: "new" })
  for (const { id } of added) {
    yield* board.put((yield* readTask(id)).task)
    fleet.mine.add(id)
  }
  yield* board.ring
  return added.map(({ id }) => id)
})

const declaredOf = (draft: TaskDraft): Declared => ({
  key: slug(draft.title),
  title: draft.title,
  prompt: draft.prompt ?? draft.title,
  needs: [],
  needsTasks: draft.needs ?? [],
  scope: draft.scope ?? [],
  priority: draft.priority ?? "normal",
  labels: [],
  acceptance: [],
  adopt: false,
  source: {},
  ...(draft.agent === undefined ? {} : { agent: draft.agent }),
})
