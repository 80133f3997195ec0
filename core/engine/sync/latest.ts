import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { readSettings } from "../../steps/given/readSettings.ts"
import { Refs } from "../../world/git/refs.ts"
import type { RefTrouble } from "../../world/git/refs.ts"
import { sharing } from "../../world/remote/sharing.ts"
import { sharedData } from "../context/runContext.ts"

/**
 * With a remote: what others did is seen before anything is shown. When that fails, what was last seen must do; the answer
 * says why. A settings file with mistakes is no reason to show nothing.
 */
export const latest = Effect.fn("latest")(function* () {
  const read = Option.getOrUndefined(yield* Effect.option(readSettings()))
  if (read === undefined || read.settings.remote === "none") return undefined
  const look = Effect.flatMap(Effect.service(Refs), (refs) => refs.refresh(sharedData))
  return yield* Effect.provide(look, sharing(read.settings)).pipe(
    Effect.as<RefTrouble | undefined>(undefined),
    Effect.catch((trouble) => Effect.succeed(trouble)),
  )
})
