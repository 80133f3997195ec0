import * as Effect from "effect/Effect"
import { redactAll } from "../../domain/text/redactAll.ts"
import type { Declared } from "../../domain/plan/planDraft.ts"
import { cleaner } from "../../world/door/cleaner.ts"
import { Journal } from "../../world/journal/journal.ts"

/**
 * Tasks as they may be stored. Everybody who shares them reads their words, so that a key in these is left out, and its writer
 * told: an agent gets secrets by variables that its profile names.
 */
export const withoutSecrets = Effect.fn("withoutSecrets")(function* (declared: readonly Declared[]) {
  const journal = yield* Journal
  const clean = yield* cleaner
  const cleaned = declared.map((one) => redactAll(one, clean))
  for (const [at, one] of cleaned.entries()) {
    if (one === declared[at]) continue
    const message = `what seems to be a secret in "${one.title}" is left out of the task`
    const hint = "Put it into a variable, and name that in `env:` of the agent's profile in osier.yaml."
    yield* journal.append({ type: "Warned", message, hint })
  }
  return cleaned
})
