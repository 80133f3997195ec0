import * as Effect from "effect/Effect"
import { gatesInForce } from "../../steps/gate/gateSettings.ts"
import type { ResolveSettings } from "../../steps/gate/gateSettings.ts"
import { RunContext } from "../context/runContext.ts"
import { resolveSettings } from "../../domain/settings/settingsFile.ts"

/** The gates as the target's tip defines them; a branch has no say in what judges it. */
export const gatesAt = Effect.fn("gatesAt")(function* (targetCommit: string) {
  const { workingText } = yield* RunContext
  return yield* gatesInForce({ targetCommit, workingText, resolve: resolveTerms })
})

/** The settings decoder as the gate steps want it. */
export const resolveTerms: ResolveSettings = (fileText, path) =>
  resolveSettings({ ...(fileText === undefined ? {} : { fileText }), path, env: {}, flags: {} })
