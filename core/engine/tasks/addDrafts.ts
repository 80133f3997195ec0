import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Declared } from "../../domain/plan/planDraft.ts"
import { createDraft, draftNeeds, draftNonce, draftSource } from "../../steps/task/drafts.ts"
import { recordOf, refuseTaken } from "./addTasks.ts"
import { withoutSecrets } from "./withoutSecrets.ts"

/** A draft as it now stands on this machine. */
export interface AddedDraft {
  readonly draft: string
  readonly title: string
}

/** Stores tasks that get their numbers later: nothing is asked of anybody else, no number and no lock. */
export const addDrafts = Effect.fn("addDrafts")(function* (given: readonly Declared[], defaultAgent: string | undefined) {
  const declared = yield* withoutSecrets(given)
  yield* refuseTaken(declared)
  const nonceOf = new Map(declared.map((one) => [one.key, draftNonce()]))
  const started = yield* DateTime.now
  const added: AddedDraft[] = []
  for (const [at, one] of declared.entries()) {
    const nonce = nonceOf.get(one.key) ?? draftNonce()
    // One after the other in time as well, or their order would be lost.
    const now = DateTime.formatIso(DateTime.add(started, { milliseconds: at }))
    const agent = one.agent ?? defaultAgent
    const task = recordOf(one, { id: 0, needs: one.needsTasks, now, agent, source: draftSource(nonce) })
    const needs = one.needs.flatMap((key) => nonceOf.get(key) ?? [])
    yield* createDraft(nonce, needs.length === 0 ? task : { ...task, extra: { [draftNeeds]: needs } })
    added.push({ draft: nonce, title: one.title })
  }
  return added
})
