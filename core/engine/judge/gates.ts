import * as Effect from "effect/Effect"
import { gatesInForce } from "../../steps/gate/gateSettings.ts"
import type { ResolveSettings } from "../../steps/gate/gateSettings.ts"
import { BuiltIn } from "../../world/pool/builtIn.ts"
import { RunContext } from "../context/runContext.ts"
import { resolveSettings } from "../../domain/settings/settingsFile.ts"

/** The gates as the target's tip defines them; a branch has no say in what judges it. */
export const gatesAt = Effect.fn("gatesAt")(function* (targetCommit: string) {
  const { workingText } = yield* RunContext
  return yield* gatesInForce({ targetCommit, workingText, resolve: yield* resolveTerms })
})

/** The settings decoder as the gate steps want it. */
export const resolveTerms = Effect.map(
  Effect.service(BuiltIn),
  (adapters): ResolveSettings =>
    (fileText, path) =>
      resolveSettings({ fileText, path, adapters }),
)
