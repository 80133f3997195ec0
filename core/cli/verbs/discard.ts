import * as Effect from "effect/Effect"
import { discardTask } from "../../engine/discardTask.ts"
import { engineOf, worldAt } from "../../engine/liveWorld.ts"
import { keeps } from "../../steps/keeps.ts"
import { readSettings } from "../../steps/readSettings.ts"
import { readTask } from "../../steps/record.ts"
import { taskNumbers } from "../flags.ts"
import type { Verb } from "../verb.ts"

/** Gives tasks up; what they did is kept. */
export const discard: Verb = ({ args, json, screen, at }) =>
  Effect.gen(function* () {
    const ids = yield* taskNumbers(args)
    const { settings, workingText } = yield* readSettings()
    const done = yield* Effect.forEach(ids, (id) =>
      Effect.gen(function* () {
        // Looked up before, so that a number without a task leaves no lock behind.
        yield* readTask(id)
        const now = yield* discardTask(id)
        const keep = now.keep ?? (yield* keeps(id)).at(-1)?.ref
        return { id, ...(keep === undefined ? {} : { keep }) }
      }),
    ).pipe(Effect.provide(engineOf({ settings, workingText })))
    if (json) screen.out(JSON.stringify({ discarded: done }))
    for (const { id, keep } of json ? [] : done)
      screen.out(
        `#${id} discarded${keep === undefined ? "; it had no work to keep" : `; its work is kept: ${keep} (osier keep restore ${id})`}`,
      )
    return 0 as const
  }).pipe(Effect.provide(worldAt(at)))
