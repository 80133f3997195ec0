import * as Effect from "effect/Effect"
import { landTasks } from "../../engine/run/again.ts"
import { engineOf, worldAt } from "../../live.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { settingsFlags } from "../declare.ts"
import { durationFlag, isSet, taskNumbers } from "../flags.ts"
import { showRun } from "../showRun.ts"
import { titled } from "../titled.ts"
import type { Verb } from "../verb.ts"

/** Lands completed tasks that waited for a person's word; their gates judge them as ever. */
export const land: Verb = (call) =>
  Effect.gen(function* () {
    const ids = yield* taskNumbers(call.args)
    const waitMs = yield* durationFlag(call.flags, "wait")
    const { settings, workingText } = yield* readSettings(settingsFlags(call))
    const options = {
      asked: true,
      allowUngated: isSet(call.flags, "allowUngated"),
      allowGateChanges: isSet(call.flags, "allowGateChanges"),
      ...(waitMs === undefined ? {} : { waitMs }),
    }
    return yield* showRun(call, (live) => titled(live, landTasks(ids))).pipe(Effect.provide(engineOf({ settings, workingText, options })))
  }).pipe(Effect.provide(worldAt(call.at)))
