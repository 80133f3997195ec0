import type { EventBody } from "../../domain/event/event.ts"
import type { Wait } from "../../domain/task/wait.ts"
import { LeaseLost, LockHeld } from "../../steps/lock/lock.ts"
import { RemoteUnreachable } from "../../world/git/remoteTrouble.ts"

/** What the run does about a task whose journey ended in an error. */
export interface Stopped {
  readonly wait: Wait
  /** The run starts the task again when the wait is over. */
  readonly again: boolean
  readonly event?: EventBody
}

/** What is known of a task apart from its error: the reason it waited for before, and whether it went under a person's claim. */
export interface Standing {
  readonly before?: string | undefined
  readonly claimed?: boolean
}

/** Decides what a task waits for after its journey failed with `error`. */
export const waitAfter = (task: number, error: unknown, { before, claimed = false }: Standing = {}): Stopped => {
  if (error instanceof LockHeld) {
    const { message: reason, hint } = error
    const event = { type: "TaskWaited", task, reason } as const
    // A person's claim may last for days: a run does not wait for its end.
    if ("session" in error.lock.owner) return { wait: { reason, hint, held: true, ends: "person" }, again: false, event }
    return { wait: { reason, hint, ends: "owner" }, again: true, event }
  }
  if (error instanceof RemoteUnreachable) {
    const reason = error.message
    const wait = { reason, hint: "It goes on by itself when the remote answers.", ends: "remote" } as const
    return { wait, again: true, ...(before === reason ? {} : { event: { type: "TaskWaited", task, reason } }) }
  }
  const message = error instanceof Error ? error.message : String(error)
  const hint = typeof error === "object" && error !== null && "hint" in error ? String(error.hint) : `osier logs ${task}`
  // The next look at the task shows what its new owner makes of it. A person's claim is not taken again by a run.
  const isLost = error instanceof LeaseLost && !claimed
  return {
    wait: { reason: message, hint, ends: isLost ? "owner" : "person" },
    again: isLost,
    event: { type: "Warned", task, message, hint },
  }
}
