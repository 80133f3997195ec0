import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"

/** The target stands at a commit that its own gates refuse: nothing is built on it, and nothing lands there. */
export class TargetRed extends Data.TaggedError("TargetRed")<{
  readonly target: string
  readonly commit: string
  /** Absent where no gate said no: the move changes what judges, or the branch is gone. */
  readonly gate?: string
  readonly reason: string
  /** The end of what the gate printed. */
  readonly lines: readonly string[]
  readonly hint: string
}> {
  override get message() {
    const at = this.commit === "" ? "" : ` at ${this.commit.slice(0, 12)}`
    return [`the target ${this.target}${at}: ${this.reason}`, ...this.lines.map((line) => `    ${line}`)].join("\n")
  }
  readonly exit = 3
}

/** What a run knows of its target: each value that it gave it, saw before its first attempt, or judged since. */
export class TargetWatch extends Context.Service<
  TargetWatch,
  {
    /** The last value that was seen, and told if it was nobody's of osier's. */
    at: string | undefined
    /** The last value that may be built on; undefined before the first look. */
    good: string | undefined
    /** All values that may be built on. */
    readonly sound: Set<string>
    readonly red: Map<string, TargetRed>
    /** Commits that a landing of ours is about to put there. */
    readonly giving: Set<string>
    /** A new value is judged by one at a time, and all others get the answer. */
    readonly turn: Semaphore.Semaphore
  }
>()("core/engine/TargetWatch") {
  static readonly layer = Layer.effect(
    TargetWatch,
    Effect.map(Semaphore.make(1), (turn) => ({
      at: undefined,
      good: undefined,
      sound: new Set<string>(),
      red: new Map<string, TargetRed>(),
      giving: new Set<string>(),
      turn,
    })),
  )
}

/** From now on this value of the target may be built on. */
export const adopt = (watch: TargetWatch["Service"], commit: string) => {
  watch.at = commit
  watch.good = commit
  watch.sound.add(commit)
}

/** Lets a landing of ours be known for one before anybody can see it. */
export const giving = <A, E, R>(commit: string, landing: Effect.Effect<A, E, R>, landed: (result: A) => boolean) =>
  Effect.gen(function* () {
    const watch = yield* TargetWatch
    watch.giving.add(commit)
    const result = yield* landing.pipe(Effect.onExit((exit) => Effect.sync(() => exit._tag === "Failure" && watch.giving.delete(commit))))
    if (landed(result)) adopt(watch, commit)
    watch.giving.delete(commit)
    return result
  })
