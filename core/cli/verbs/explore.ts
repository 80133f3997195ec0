import * as Effect from "effect/Effect"
import { engineOf, worldAt } from "../../live.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { textFlag } from "../flags.ts"
import { propose } from "../propose.ts"
import type { Verb } from "../verb.ts"

/** Lets an agent answer a question. */
export const explore: Verb = (call) =>
  Effect.gen(function* () {
    const { settings, workingText } = yield* readSettings({ target: textFlag(call.flags, "target") })
    return yield* propose(call, "explore").pipe(Effect.provide(engineOf({ settings, workingText })))
  }).pipe(Effect.provide(worldAt(call.at)))
