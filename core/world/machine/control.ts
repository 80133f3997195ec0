import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { TaskDraft } from "../../domain/event/command.ts"
import type { Complaint } from "../../domain/text/complaint.ts"

/** A command from outside was understood, but can't be carried out now. */
export class ControlRefused extends Data.TaggedError("ControlRefused")<{ readonly reason: string; readonly hint: string }> {
  override get message(): string {
    return this.reason
  }
  get exit(): Complaint["exit"] {
    return 1
  }
}

const noRun = Effect.fail(new ControlRefused({ reason: "no run is active in this process", hint: "osier run" }))

/** What a run lets others ask of it while it works: by its socket, its keys and its signals. */
export class Control extends Context.Service<
  Control,
  {
    /** Ends the task's attempt; what it did is kept. */
    cancel(task: number): Effect.Effect<void, ControlRefused>
    /** Starts no further attempt until `resume`; what works, works on. */
    readonly pause: Effect.Effect<void, ControlRefused>
    readonly resume: Effect.Effect<void, ControlRefused>
    /** Adds tasks to the run; their numbers in the same order. */
    add(drafts: readonly TaskDraft[]): Effect.Effect<readonly number[], ControlRefused>
    /** Lands a completed task that waits for a word. */
    land(task: number): Effect.Effect<void, ControlRefused>
  }
>()("core/world/control") {
  /** Where nothing runs, as in a process that only serves the journal. */
  static readonly none = Layer.succeed(
    Control,
    Control.of({ cancel: () => noRun, pause: noRun, resume: noRun, add: () => noRun, land: () => noRun }),
  )
}
