import type { Exit } from "../text/complaint.ts"
import type { FailureClass } from "./outcome.ts"

/** How a run ended for each of its tasks; every task of the run is in exactly one of the lists. */
export interface Report {
  readonly landed: readonly { readonly id: number; readonly title: string; readonly commit: string }[]
  /** Completed, and waiting for a person as the settings ask: `osier land`. */
  readonly completed: readonly Stop[]
  readonly failed: readonly (Stop & { readonly class: FailureClass; readonly keep?: string; readonly branch?: string })[]
  readonly blocked: readonly (Stop & { readonly by: readonly number[] })[]
  /** Could go on, but something that is not a failure is in the way. */
  readonly waiting: readonly Stop[]
  /** The target stands at a commit that its own gates refuse. */
  readonly red?: { readonly message: string; readonly hint: string }
  readonly exit: Exit
  readonly ms: number
  readonly interrupted: boolean
}

/** A task that did not land, why, and what to type. */
export interface Stop {
  readonly id: number
  readonly title: string
  readonly reason: string
  readonly hint: string
  /** Another one owns it. */
  readonly held?: boolean
}

/** The exit code that says most: interrupted, a red target, failed, waiting for a person, held by another, done. */
export const exitOf = (report: Omit<Report, "exit" | "ms">): Exit => {
  if (report.interrupted) return 130
  if (report.red !== undefined) return 3
  if (report.failed.length > 0 || report.blocked.length > 0) return 1
  if (report.completed.length > 0 || report.waiting.some((stop) => stop.held !== true)) return 5
  return report.waiting.length > 0 ? 4 : 0
}
