import * as Effect from "effect/Effect"
import type { Declared } from "../domain/planDraft.ts"
import type { Settings } from "../domain/settings.ts"
import { Priority } from "../domain/task.ts"
import { knownOf } from "../engine/knownOf.ts"
import { readPlan } from "../steps/readPlan.ts"
import { textFlag, textFlags, wordFlag } from "./flags.ts"
import type { Call } from "./verb.ts"

/** The tasks that a call gives by words and files, checked as one plan; none when it gives none. */
export const declared = Effect.fnUntraced(function* (call: Call, settings: Settings, adapters: readonly string[]) {
  const { args, flags, at } = call
  const words = [...args, ...textFlags(flags, "task")]
  const from = textFlags(flags, "from")
  const priority = yield* wordFlag(flags, "priority", Priority.literals)
  if (words.length === 0 && from.length === 0) return []
  const known = yield* knownOf(settings, adapters)
  const plan = yield* readPlan({ words, from, at, known })
  return plan.map((one): Declared => (priority === undefined || one.priority !== "normal" ? one : { ...one, priority }))
})

/** Flags that are settings for this one call. */
export const settingsFlags = (call: Call): Readonly<Record<string, string | boolean | undefined>> => ({
  concurrency: textFlag(call.flags, "jobs") ?? textFlag(call.flags, "max"),
  agent: textFlag(call.flags, "agent"),
  target: textFlag(call.flags, "target"),
  remote: textFlag(call.flags, "remote"),
  land: textFlag(call.flags, "land"),
  merge: textFlag(call.flags, "merge"),
  commits: textFlag(call.flags, "commits"),
  keep_branch: call.flags["keepBranch"] === true ? true : undefined,
})
