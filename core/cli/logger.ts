import * as Cause from "effect/Cause"
import * as Logger from "effect/Logger"
import { plainLine } from "../domain/text/plainText.ts"
import type { Screen } from "./screen.ts"

const wordsOf = (part: unknown): string => (part instanceof Error ? part.message : typeof part === "string" ? part : JSON.stringify(part))

/** What osier notes by the way goes to stderr in one line: stdout is data. */
export const logger = (screen: Screen): Logger.Logger<unknown, void> =>
  Logger.make(({ message, cause }) => {
    const parts = Array.isArray(message) ? message : [message]
    const why = cause.reasons.length === 0 ? "" : `: ${wordsOf(Cause.squash(cause))}`
    screen.err(`osier: ${plainLine(parts.map(wordsOf).join(" ") + why)}`)
  })
