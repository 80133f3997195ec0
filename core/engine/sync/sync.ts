import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { Problem } from "../../domain/text/problem.ts"
import type { SharedTasks } from "../../steps/task/shareTasks.ts"
import { readBase } from "../../steps/task/taskFolder.ts"
import { type WrittenFiles, writeTaskFiles } from "../../steps/task/writeTaskFiles.ts"
import { Mutex } from "../../world/machine/mutex.ts"
import { Repository } from "../../world/git/repository.ts"
import { type Numbered, numberDrafts } from "../tasks/numberDrafts.ts"
import { RunContext } from "../context/runContext.ts"
import { type TakenEdit, takeEdits } from "./takeEdits.ts"
import type { TakenNew } from "./takeNewFiles.ts"

/** What a sync changed. */
export interface Synced {
  /** What this clone alone knew, and shares now. */
  readonly met: SharedTasks
  /** Drafts that got their numbers. */
  readonly numbered: readonly Numbered[]
  /** Edited files whose changes are in the store now. */
  readonly edits: readonly TakenEdit[]
  /** New files that are tasks now. */
  readonly created: readonly Pick<TakenNew, "id" | "title" | "file">[]
  /** What became of the files; undefined when nobody asked for any in this checkout. */
  readonly files: WrittenFiles | undefined
  readonly problems: readonly Problem[]
}

/** Brings the store and what people see of it together: drafts get their numbers, edited task files are taken back and written anew. */
export const sync = Effect.fn("sync")(function* () {
  const { met } = yield* RunContext
  const numbered = yield* numberDrafts()
  const view = yield* alone(
    Effect.gen(function* () {
      const base = yield* readBase()
      if (base === undefined) return { edits: [], created: [], problems: [], files: undefined }
      const { edits, created, problems, taken } = yield* takeEdits(base)
      const files = yield* writeTaskFiles(taken)
      return { edits, created: created.map(({ id, title, file }) => ({ id, title, file })), problems, files }
    }),
  )
  return { met, numbered, ...view } satisfies Synced
})

/** Nobody else of this repository reads or writes task files meanwhile. */
export const alone = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const mutex = yield* Mutex
    const { own } = yield* Repository
    return yield* mutex.withLock(join(own, "task-files.lock"), work)
  })
