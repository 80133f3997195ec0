import * as Effect from "effect/Effect"
import { alsoSeen, redacted, secretValues, without } from "../../domain/secret/secret.ts"
import { ruleSet } from "./ruleSet.ts"
import { Environment } from "../machine/environment.ts"

/** Takes what looks like a secret out of a text that is to be stored, by the same rules by which commits are held. */
export const cleaner = Effect.map(Effect.all([ruleSet, Environment]), ([rules, variables]) => {
  const values = secretValues(variables)
  return (text: string): string => {
    const clean = redacted(text, values)
    const lines = rules === undefined ? [] : alsoSeen(clean, rules)
    return lines.length === 0 ? clean : without(clean, lines)
  }
})
