import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { FailureClass } from "../domain/outcome.ts"
import type { Outcome } from "../plugin.ts"

/** An attempt did not come to what it was made for; the class says whose budget it is charged to. */
export class AttemptLost extends Data.TaggedError("AttemptLost")<{
  readonly class: FailureClass
  readonly reason: string
  readonly evidence?: string
  readonly session?: string
  readonly notBefore?: number
  /** The agent's program can't work at all; the next task of that agent would find the same. */
  readonly agentBroken?: boolean
}> {
  override get message() {
    return this.reason
  }
}

/** Fails with what osier itself found out about an attempt. */
export const lost = (kind: FailureClass, reason: string, outcome?: Outcome, evidence?: string) =>
  Effect.fail(
    new AttemptLost({
      class: kind,
      reason,
      ...(evidence === undefined ? {} : { evidence }),
      ...(outcome?.session === undefined ? {} : { session: outcome.session }),
    }),
  )

/** Fails with what the agent says of itself. */
export const lostBy = (outcome: Outcome) =>
  Effect.fail(
    new AttemptLost({
      class: outcome.class ?? "work",
      agentBroken: outcome.class === "environment",
      reason: outcome.reason,
      ...(outcome.session === undefined ? {} : { session: outcome.session }),
      ...(outcome.notBefore === undefined ? {} : { notBefore: outcome.notBefore }),
      evidence: [outcome.reason, outcome.text].filter((text) => text !== undefined && text !== "").join("\n\n"),
    }),
  )
