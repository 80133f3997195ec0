import * as Effect from "effect/Effect"
import { claimsHere } from "../steps/task/claims.ts"
import { UsageWrong } from "./commandLine.ts"
import { taskNumber } from "./flags.ts"

/** The task that a verb is about: the one named, or the only one whose tree the verb is typed in. */
export const claimedTask = Effect.fnUntraced(function* (verb: string, word: string | undefined) {
  if (word !== undefined) return yield* taskNumber(word)
  const [one, ...more] = yield* claimsHere()
  if (one !== undefined && more.length === 0) return one.task
  const message = one === undefined ? `this is not the tree of a task, so ${verb} needs <id>` : `several tasks are worked on here`
  return yield* new UsageWrong({ message, hint: `for example: osier ${verb} ${one?.task ?? 12}` })
})
