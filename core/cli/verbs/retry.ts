import * as Effect from "effect/Effect"
import { retryTasks } from "../../engine/run/again.ts"
import { engineOf, worldAt } from "../../live.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { settingsFlags } from "../declare.ts"
import { isSet, taskNumbers, textFlag } from "../flags.ts"
import { showRun } from "../showRun.ts"
import { titled } from "../titled.ts"
import type { Verb } from "../verb.ts"

/** Gives failed tasks another go, with the evidence of the last one. */
export const retry: Verb = (call) =>
  Effect.gen(function* () {
    const ids = yield* taskNumbers(call.args)
    const { settings, workingText } = yield* readSettings(settingsFlags(call))
    const options = { allowUngated: isSet(call.flags, "allowUngated"), allowGateChanges: isSet(call.flags, "allowGateChanges") }
    return yield* showRun(call, (live) => titled(live, retryTasks(ids, textFlag(call.flags, "agent")))).pipe(
      Effect.provide(engineOf({ settings, workingText, options })),
    )
  }).pipe(Effect.provide(worldAt(call.at)))
