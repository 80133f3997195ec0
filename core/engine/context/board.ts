import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import { isDeepStrictEqual } from "node:util"
import type { EventBody } from "../../domain/event/event.ts"
import type { Task } from "../../domain/task/task.ts"
import type { Wait } from "../../domain/task/wait.ts"
import { Journal } from "../../world/journal/journal.ts"

/** What a run knows of its tasks, and the bell that wakes the scheduler when any of it changed. */
export class Board extends Context.Service<
  Board,
  {
    readonly tasks: () => readonly Task[]
    readonly task: (id: number) => Task | undefined
    /** Where the task's work was last put aside. */
    readonly kept: Map<number, string>
    readonly put: (task: Task) => Effect.Effect<void>
    readonly waits: () => ReadonlyMap<number, Wait>
    /** Sets or clears the reason; the event is written only when the reason is a new one. */
    readonly wait: (id: number, wait: Wait | undefined, event?: EventBody) => Effect.Effect<void>
    /** Makes it wait for a person, unless something else `ends` that, and tells what to type. */
    readonly hold: (
      id: number,
      reason: string,
      hint: string,
      more?: { readonly paths?: readonly string[] } & Partial<Pick<Wait, "ends" | "review">>,
    ) => Effect.Effect<void>
    readonly ring: Effect.Effect<void>
    /** Returns at the next change. */
    readonly rung: Effect.Effect<void>
    readonly emit: (event: EventBody | readonly EventBody[]) => Effect.Effect<void>
  }
>()("core/engine/Board") {
  static readonly layer = Layer.effect(
    Board,
    Effect.gen(function* () {
      const journal = yield* Journal
      const bell = yield* Queue.sliding<boolean>(1)
      const tasks = new Map<number, Task>()
      const waits = new Map<number, Wait>()
      const ring = Effect.asVoid(Queue.offer(bell, true))
      const wait: Board["Service"]["wait"] = (id, wanted, event) =>
        Effect.suspend(() => {
          const before = waits.get(id)
          // No change wakes nobody: the scheduler, which says this each time it looks, would never rest.
          if (isDeepStrictEqual(before, wanted)) return Effect.void
          if (wanted === undefined) waits.delete(id)
          else waits.set(id, wanted)
          const news = wanted !== undefined && before?.reason !== wanted.reason && event !== undefined
          return news ? Effect.andThen(journal.append(event), ring) : ring
        })
      return {
        tasks: () => [...tasks.values()],
        task: (id) => tasks.get(id),
        kept: new Map(),
        put: (task) =>
          Effect.andThen(
            Effect.sync(() => void tasks.set(task.id, task)),
            ring,
          ),
        waits: () => waits,
        wait,
        hold: (id, reason, hint, { paths = [], ...ending } = {}) =>
          wait(id, { reason, hint, ends: "person", ...ending }, { type: "TaskHeld", task: id, reason, paths: [...paths], hint }),
        ring,
        rung: Effect.asVoid(Queue.take(bell)),
        emit: journal.append,
      }
    }),
  )
}
