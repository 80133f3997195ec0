import * as Effect from "effect/Effect"
import { engineOf, worldAt } from "../../live.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { textFlag } from "../flags.ts"
import { propose } from "../propose.ts"
import type { Verb } from "../verb.ts"

/** Lets an agent take a task apart. */
export const plan: Verb = (call) =>
  Effect.gen(function* () {
    // Not the flag for the agent: it is about who plans, not about who does the children.
    const { settings, workingText } = yield* readSettings({ target: textFlag(call.flags, "target") })
    return yield* propose(call, "plan").pipe(Effect.provide(engineOf({ settings, workingText })))
  }).pipe(Effect.provide(worldAt(call.at)))
