import * as Effect from "effect/Effect"
import { discardTask } from "../../engine/handwork/discardTask.ts"
import { engineOf, worldAt } from "../../live.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { taskNumbers } from "../flags.ts"
import type { Verb } from "../verb.ts"
import { wayOut } from "../wayOut.ts"

/** Gives tasks up; what they did is kept. */
export const discard: Verb = (call) =>
  Effect.gen(function* () {
    const { args, json, screen } = call
    const typedIn = process.cwd()
    const ids = yield* taskNumbers(args)
    const { settings, workingText } = yield* readSettings()
    const done = yield* Effect.forEach(ids, (id) => Effect.map(discardTask(id), (kept) => ({ id, ...kept }))).pipe(
      Effect.provide(engineOf({ settings, workingText })),
    )
    if (json) screen.out(JSON.stringify({ discarded: done }))
    for (const { id, keep } of json ? [] : done)
      screen.out(
        `#${id} discarded${keep === undefined ? "; it had no work to keep" : `; its work is kept: ${keep} (osier keep restore ${id})`}`,
      )
    yield* wayOut(call, typedIn)
    return 0 as const
  }).pipe(Effect.provide(worldAt(call.at)))
