import * as Effect from "effect/Effect"
import { answerTask } from "../../engine/handwork/answerTask.ts"
import { engineOf, worldAt } from "../../live.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { settingsFlags } from "../declare.ts"
import { isSet, taskNumber } from "../flags.ts"
import { showRun } from "../showRun.ts"
import { titled } from "../titled.ts"
import type { Verb } from "../verb.ts"

/** Answers what a task's agent asked, which goes on with it. */
export const answer: Verb = (call) =>
  Effect.gen(function* () {
    const [number = "", ...words] = call.args
    const id = yield* taskNumber(number)
    const { settings, workingText } = yield* readSettings(settingsFlags(call))
    const options = { allowUngated: isSet(call.flags, "allowUngated"), allowGateChanges: isSet(call.flags, "allowGateChanges") }
    return yield* showRun(call, (live) => titled(live, answerTask(id, words.join(" ")))).pipe(
      Effect.provide(engineOf({ settings, workingText, options })),
    )
  }).pipe(Effect.provide(worldAt(call.at)))
