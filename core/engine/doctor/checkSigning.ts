import * as Effect from "effect/Effect"
import { bad, type Check, good } from "../context/check.ts"
import { RunContext } from "../context/runContext.ts"

/** Whether the user's git, where it signs commits, can do so: found out by a signature that nobody will see. */
export const checkSigning = Effect.fn("checkSigning")(function* () {
  const { signs, signingTried } = yield* RunContext
  const none: readonly Check[] = []
  if (!(yield* signs)) return none
  return yield* signingTried.pipe(
    Effect.as([good("signing", "git signs commits, as commit.gpgsign asks for")]),
    Effect.catchTag("SigningFailed", ({ message, hint }) => Effect.succeed([bad("signing", message, hint)])),
  )
})
