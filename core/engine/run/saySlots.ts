import * as Effect from "effect/Effect"
import { openFilesFor } from "../../domain/settings/agentsWithin.ts"
import { count } from "../../domain/text/plainText.ts"
import { Board } from "../context/board.ts"
import { RunContext } from "../context/runContext.ts"
import { Slots } from "../context/slots.ts"

/** Says once a run that fewer agents work at once than was asked for, and why. */
export const saySlots = Effect.fn("saySlots")(function* () {
  const board = yield* Board
  const { settings } = yield* RunContext
  const { count: slots, openFiles } = yield* Slots
  if (openFiles === undefined) return
  const message = `only ${openFiles} files may be open at once here (ulimit -n): ${count(slots, "agent")} at once instead of ${settings.concurrency}`
  yield* board.emit({ type: "Warned", message, hint: `ulimit -n ${openFilesFor(settings.concurrency)}, and then the same command` })
})
