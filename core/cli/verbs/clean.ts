import * as Effect from "effect/Effect"
import { clean as cleanAway } from "../../engine/recovery/clean.ts"
import { cleanStale } from "../../engine/recovery/cleanStale.ts"
import { latest } from "../../engine/sync/latest.ts"
import { engineOf, worldAt } from "../../live.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { isSet } from "../flags.ts"
import type { Verb } from "../verb.ts"

/** Removes what is proven to be no longer needed, and says of each thing why that was safe. */
export const clean: Verb = ({ flags, json, screen, at }) =>
  Effect.gen(function* () {
    const dryRun = isSet(flags, "dryRun")
    const { settings, workingText } = yield* readSettings()
    const { removed, left, trouble } = isSet(flags, "stale")
      ? // What is shared is asked for apart: a remote that can't be reached must not keep this machine from being cleaned.
        yield* cleanStale({ dryRun, settings, trouble: yield* latest() }).pipe(
          Effect.provide(engineOf({ settings: { ...settings, remote: "none" }, workingText })),
        )
      : { ...(yield* cleanAway({ dryRun }).pipe(Effect.provide(engineOf({ settings, workingText })))), trouble: undefined }
    const code = trouble === undefined ? (0 as const) : (3 as const)
    if (trouble !== undefined)
      screen.err(`osier: ${screen.errPaint.warn(`shared locks were left as they are: ${trouble.message}`)}\n  ${trouble.hint}`)
    if (json) {
      screen.out(JSON.stringify({ dryRun, removed, left }))
      return code
    }
    const { dim, good, warn } = screen.paint
    for (const { what, name, proof } of removed)
      screen.out(`${good(dryRun ? "would remove" : "removed")} ${what} ${name}\n  ${dim(`safe: ${proof}`)}`)
    for (const { what, name, why } of left) screen.out(`${warn("left")} ${what} ${name}\n  ${dim(why)}`)
    if (removed.length === 0) screen.out("nothing to clean")
    else if (dryRun) screen.out("\nNothing was removed. The same command without --dry-run does it.")
    return code
  }).pipe(Effect.provide(worldAt(at)))
