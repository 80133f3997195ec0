import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { agentsWithin } from "../../domain/settings/agentsWithin.ts"
import { openFilesLimit } from "../../world/machine/openFiles.ts"
import { RunContext } from "./runContext.ts"

/** How many agents work at once. A slot is taken for the work alone: waiting in the train holds none. */
export class Slots extends Context.Service<
  Slots,
  {
    /** Sets a slot aside for a task that sets out, before it comes to taking it: its place can't be given to two. */
    readonly bespeak: (task: number) => void
    /** The task ended, or is not to take what was set aside for it. */
    readonly forgo: (task: number) => void
    /** Waits for a slot and holds it until the scope closes. */
    readonly take: (task: number) => Effect.Effect<void, never, Scope>
    /** Gives the slot held by the caller to others for as long as the effect takes. */
    readonly lend: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    /** How many there are: as many as are asked for, unless the system lets fewer files be open at once. */
    readonly count: number
    /** The limit of open files that makes them fewer. */
    readonly openFiles: number | undefined
    /** How many are neither held nor set aside. */
    readonly free: () => number
  }
>()("core/engine/Slots") {
  static readonly layer = Layer.effect(
    Slots,
    Effect.gen(function* () {
      const { settings } = yield* RunContext
      const limit = yield* openFilesLimit
      const count = limit === undefined ? settings.concurrency : Math.min(settings.concurrency, Math.max(1, agentsWithin(limit)))
      const openFiles = count < settings.concurrency ? limit : undefined
      const slots = yield* Semaphore.make(count)
      let free = count
      const grab = Effect.andThen(
        slots.take(1),
        Effect.sync(() => void free--),
      )
      const give = Effect.andThen(
        Effect.sync(() => void free++),
        slots.release(1),
      )
      const bespoken = new Set<number>()
      const forgo = (task: number) => void bespoken.delete(task)
      const take = (task: number) => {
        const taken = Effect.andThen(
          grab,
          Effect.sync(() => forgo(task)),
        )
        return Effect.asVoid(Effect.acquireRelease(taken, () => give, { interruptible: true }))
      }
      const lend = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.acquireUseRelease(
          give,
          () => effect,
          () => grab,
        )
      return {
        bespeak: (task) => void bespoken.add(task),
        forgo,
        take,
        lend,
        count,
        openFiles,
        free: () => Math.max(0, free - bespoken.size),
      }
    }),
  )
}
