import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { FailureClass } from "../../domain/task/outcome.ts"
import type { AttemptEnd } from "../../steps/attempt/attempt.ts"
import { closingWords } from "../../domain/task/attemptRecord.ts"
import type { Spent } from "../../domain/task/spent.ts"

/** An attempt did not come to what it was made for; the class says whose budget it is charged to. */
export class AttemptLost extends Data.TaggedError("AttemptLost")<{
  readonly class: FailureClass
  readonly reason: string
  readonly evidence?: string
  readonly session?: string
  readonly notBefore?: number
  readonly hint?: string
  readonly said?: string
  readonly spent?: Spent
  /** The files in which it conflicts with what landed first. */
  readonly files?: readonly string[]
  /** The agent's program can't work at all; the next task of that agent would find the same. */
  readonly agentBroken?: boolean
}> {
  override get message() {
    return this.reason
  }
}

/** What stays of an attempt in any case: where it can be gone on with, what it cost, and what its agent said last. */
const rest = (outcome: AttemptEnd | undefined) => {
  const said = closingWords(outcome?.text)
  return {
    ...(outcome?.session === undefined ? {} : { session: outcome.session }),
    ...(outcome?.spent === undefined ? {} : { spent: outcome.spent }),
    ...(said === undefined ? {} : { said }),
  }
}

/** Fails with what osier itself found out about an attempt. The agent's closing words belong to the evidence. */
export const lost = (kind: FailureClass, reason: string, outcome?: AttemptEnd, evidence?: string) => {
  const said = outcome?.text?.trim() ?? ""
  const told = said === "" ? evidence : `${evidence ?? reason}\n\nYour last words were:\n\n${said}`
  return Effect.fail(new AttemptLost({ class: kind, reason, ...rest(outcome), ...(told === undefined ? {} : { evidence: told }) }))
}

/** Fails with what the agent says of itself. */
export const lostBy = (outcome: AttemptEnd) =>
  Effect.fail(
    new AttemptLost({
      class: outcome.class ?? "work",
      agentBroken: outcome.broken === true,
      reason: outcome.reason,
      ...rest(outcome),
      ...(outcome.hint === undefined ? {} : { hint: outcome.hint }),
      ...(outcome.notBefore === undefined ? {} : { notBefore: outcome.notBefore }),
      evidence: [outcome.reason, outcome.text].filter((text) => text !== undefined && text !== "").join("\n\n"),
    }),
  )

/** Errors that say nothing of the attempt: who owns the task, and whether the remote answers, are questions of their own. */
const others = new Set(["AttemptLost", "LeaseLost", "LockHeld", "RemoteUnreachable", "RemoteRefused"])

/**
 * Whatever else fails between an agent's start and the verdict on its work is an attempt that was lost, with what could not be
 * done as its reason: otherwise nothing would be recorded, and the next run would pay for the same again.
 */
export const charged = <A, E, R>(part: Effect.Effect<A, E, R>): Effect.Effect<A, E | AttemptLost, R> =>
  Effect.catchCause(part, (cause): Effect.Effect<A, E | AttemptLost, R> => {
    const error = Cause.squash(cause)
    const tag = typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : ""
    if (Cause.hasInterrupts(cause) || others.has(tag)) return Effect.failCause(cause)
    return lost("environment", error instanceof Error ? error.message : String(error))
  })
