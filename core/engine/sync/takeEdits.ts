import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { FieldConflict } from "../../domain/task/mergeTasks.ts"
import type { Problem } from "../../domain/text/problem.ts"
import { judgeEdit, type TaskEdit } from "../../domain/plan/taskEdit.ts"
import { parseTask } from "../../domain/task/taskFile.ts"
import { applyEdit } from "../../steps/task/applyEdit.ts"
import { changeTask, listTasks, readTask } from "../../steps/task/record.ts"
import { recordAt } from "../../steps/task/recordAt.ts"
import { readTaskFiles, shownName, type TaskFile } from "../../steps/task/readTaskFiles.ts"
import type { Base, Written } from "../../steps/task/taskFolder.ts"
import type { Taken } from "../../steps/task/writeTaskFiles.ts"
import { discardTask } from "../handwork/discardTask.ts"
import { holding } from "../context/holding.ts"
import { knownOf } from "../context/knownOf.ts"
import { RunContext } from "../context/runContext.ts"
import { takeNewFiles, type TakenNew } from "./takeNewFiles.ts"

/** An edit that is in the task's record now. */
export interface TakenEdit {
  readonly id: number
  readonly file: string
  readonly fields: readonly string[]
  /** Somebody else changed the same field meanwhile; the edit is in the task's history. */
  readonly conflicts: readonly FieldConflict[]
  /** The commit that has the edit whole, when some of it gave way. */
  readonly edit?: string
}

/** What the folder of task files gave back. */
export interface TakenFiles {
  readonly edits: readonly TakenEdit[]
  readonly created: readonly TakenNew[]
  readonly problems: readonly Problem[]
  /** Every file whose content is in the store, by its name: these may be written anew. */
  readonly taken: ReadonlyMap<string, Taken>
}

type Edited = Extract<TaskFile, { readonly kind: "edited" }>

/** Takes what people edited in the folder back into the store. A file with a mistake counts for nothing; the others do. */
export const takeEdits = Effect.fn("takeEdits")(function* (base: Base) {
  const { settings } = yield* RunContext
  const known = yield* knownOf(settings)
  const needs = new Map((yield* listTasks()).map((task) => [task.id, task.needs]))
  const taken = new Map<string, Taken>()
  const edits: TakenEdit[] = []
  const problems: Problem[] = []
  const fresh: Extract<TaskFile, { readonly kind: "new" }>[] = []
  for (const file of yield* readTaskFiles(base)) {
    if (file.kind === "wrong") problems.push(file.problem)
    else if (file.kind === "new") fresh.push(file)
    else if (file.kind === "same" && !Object.hasOwn(base.files, file.name)) taken.set(file.name, file)
    else if (file.kind === "edited") {
      const done = yield* Effect.result(takeEdit(file, known, needs))
      if (Result.isFailure(done) && done.failure._tag === "EditRefused") problems.push(...done.failure.problems)
      else {
        const edit = yield* Effect.fromResult(done)
        taken.set(file.name, file)
        if (edit.fields.length > 0) edits.push(edit)
      }
    }
  }
  const news = yield* takeNewFiles(base, fresh, known)
  for (const one of news.created) taken.set(one.file, one)
  return { edits, created: news.created, problems: [...problems, ...news.problems], taken } satisfies TakenFiles
})

/** Nothing of this file was taken. */
export class EditRefused extends Data.TaggedError("EditRefused")<{ readonly problems: readonly Problem[] }> {
  override get message() {
    return this.problems.map(({ message }) => message).join("\n")
  }
}

const takeEdit = Effect.fnUntraced(function* (
  file: Edited,
  known: Effect.Success<ReturnType<typeof knownOf>>,
  needs: Map<number, readonly number[]>,
) {
  const name = shownName(file.name)
  const before = yield* baseOf(file)
  const { task: current } = yield* readTask(file.id).pipe(
    Effect.catchTag("NoSuchTask", ({ message }) =>
      Effect.fail(new EditRefused({ problems: [{ file: name, message, hint: "remove the line id: to make a new task of it" }] })),
    ),
  )
  const judged = judgeEdit({ file: name, text: file.text, base: before.task, current }, known, needs)
  if (Result.isFailure(judged)) return yield* new EditRefused({ problems: judged.failure })
  const edit = judged.success
  if (edit.status !== undefined) yield* setStatus(file.id, edit)
  const applied = edit.fields.length === 0 ? { conflicts: [] } : yield* applyEdit(before, edit.task)
  needs.set(file.id, edit.task.needs)
  const fields = [...(edit.status === undefined ? [] : ["status"]), ...edit.fields]
  return { id: file.id, file: name, fields, ...applied } satisfies TakenEdit
})

/** Of what the file may have been written as, the one whose time it still bears. */
const baseOf = Effect.fnUntraced(function* ({ text, written }: Edited) {
  const parsed = parseTask(text)
  const stamp = Result.isSuccess(parsed) ? parsed.success.updated : undefined
  const candidates = yield* Effect.forEach(written, ({ commit }: Written) => Effect.map(recordAt(commit), ({ task }) => ({ task, commit })))
  const found = candidates.find(({ task }) => task.updated === stamp) ?? candidates.at(-1)
  return found ?? (yield* Effect.die(new Error("a task file without a note of what it was written from")))
})

/** A state is changed as its owner: while somebody works on the task, it is theirs. */
const setStatus = (id: number, { status, place }: TaskEdit) => {
  const set: Effect.Effect<
    unknown,
    Effect.Error<ReturnType<typeof discardTask>>,
    Effect.Services<ReturnType<typeof discardTask>>
  > = status === "discarded"
    ? discardTask(id)
    : holding("task", String(id), (held) => changeTask(id, (task) => (status === undefined ? task : { ...task, status }), { held }))
  return set.pipe(
    Effect.catchTag(["LockHeld", "NotAllowed"], ({ message, hint }) =>
      Effect.fail(new EditRefused({ problems: [{ ...place, message, hint }] })),
    ),
  )
}
