import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type FSWatcher, watch } from "node:fs"
import { basename, dirname } from "node:path"

/** Somebody may have changed the file: look again. */
export interface Changes {
  /** To be read before looking, and handed to `after` when there was nothing to see. */
  readonly now: () => number
  /** Waits for a change since then. Wakes up for nothing now and then. */
  readonly after: (since: number) => Effect.Effect<void>
  readonly tell: () => void
}

/** A watch may miss changes (network file systems, a folder made later), so nobody waits for longer than this. */
const lookMs = 500

/** Tells of changes within this process; one that is waited for longer than a look's time is not missed, only late. */
export const toldChanges = (wait: (told: Effect.Effect<void>) => Effect.Effect<void>): Changes => {
  let count = 0
  const waiting = new Set<() => void>()
  return {
    now: () => count,
    after: (since) =>
      wait(
        Effect.callback<void>((resume) => {
          const wake = () => resume(Effect.void)
          if (count !== since) return wake()
          waiting.add(wake)
          return Effect.sync(() => waiting.delete(wake))
        }),
      ),
    tell: () => {
      count++
      for (const wake of waiting) wake()
      waiting.clear()
    },
  }
}

/** Changes of one file by any process. The folder is watched and not the file: the file may not exist yet, or be replaced. */
export const fileChanges = (path: string): Effect.Effect<Changes, never, Scope.Scope> =>
  Effect.gen(function* () {
    let watcher: FSWatcher | undefined
    const stop = () => {
      watcher?.close()
      watcher = undefined
    }
    const start = () => {
      if (watcher !== undefined) return
      try {
        // What kind of event comes first differs by runtime, and the name may be missing: every one means "look again".
        watcher = watch(dirname(path), { persistent: false }, (_kind, name) => {
          if (name === null || name === basename(path)) changes.tell()
        })
        watcher.on("error", stop)
      } catch {
        // No such folder yet, or no watches left: looking now and then has to do.
      }
    }
    const changes = toldChanges((told) => Effect.asVoid(Effect.timeoutOption(Effect.andThen(Effect.sync(start), told), lookMs)))
    yield* Effect.addFinalizer(() => Effect.sync(stop))
    return changes
  })
