import * as Effect from "effect/Effect"
import { doneTask } from "../../engine/handwork/doneTask.ts"
import { engineOf, worldAt } from "../../live.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { claimedTask } from "../claimed.ts"
import { settingsFlags } from "../declare.ts"
import { durationFlag, isSet } from "../flags.ts"
import { showRun } from "../showRun.ts"
import { titled } from "../titled.ts"
import type { Verb } from "../verb.ts"
import { wayOut } from "../wayOut.ts"

/** Has the work of a claimed task judged and landed. */
export const done: Verb = (call) =>
  Effect.gen(function* () {
    const id = yield* claimedTask("done", call.args[0])
    const waitMs = yield* durationFlag(call.flags, "wait")
    const { settings, workingText } = yield* readSettings(settingsFlags(call))
    const options = {
      allowUngated: isSet(call.flags, "allowUngated"),
      allowGateChanges: isSet(call.flags, "allowGateChanges"),
      ...(waitMs === undefined ? {} : { waitMs }),
    }
    const typedIn = process.cwd()
    const exit = yield* showRun(call, (live) => titled(live, doneTask(id))).pipe(
      Effect.provide(engineOf({ settings, workingText, options })),
    )
    yield* wayOut(call, typedIn)
    return exit
  }).pipe(Effect.provide(worldAt(call.at)))
