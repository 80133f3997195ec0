import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { parsePlan } from "../../domain/plan/plan.ts"
import type { Known } from "../../domain/plan/planDraft.ts"
import type { Problem } from "../../domain/text/problem.ts"
import { isOwn } from "../../domain/plan/taskEdit.ts"
import { createDraft, draftNonce, draftSource } from "../../steps/task/drafts.ts"
import { listTasks } from "../../steps/task/record.ts"
import { shownName, type TaskFile } from "../../steps/task/readTaskFiles.ts"
import { type Base, writeBase } from "../../steps/task/taskFolder.ts"
import { recordOf } from "../tasks/addTasks.ts"
import { numberDrafts } from "../tasks/numberDrafts.ts"
import { RunContext } from "../context/runContext.ts"

/** A file that is a task now. */
export interface TakenNew {
  readonly id: number
  readonly title: string
  /** Its name in the folder as it was, and the blob of what was taken. */
  readonly file: string
  readonly blob: string
}

type NewFile = Extract<TaskFile, { readonly kind: "new" }>

/**
 * Makes a task of each new file, as a plan of one task would. Under which nonce is noted first, so that a file whose task
 * was made right before a kill is not made another one of.
 */
export const takeNewFiles = Effect.fn("takeNewFiles")(function* (base: Base, files: readonly NewFile[], known: Known) {
  const { settings } = yield* RunContext
  const problems: Problem[] = []
  const drafts = files.flatMap((file) => {
    const plan = parsePlan([{ path: shownName(file.name), text: file.text }], known)
    const [one] = plan.tasks
    if (plan.problems.length > 0) problems.push(...plan.problems.map(ofCopy))
    else if (one === undefined || plan.tasks.length > 1) {
      const hint = "write one task a file: a line ---, `title: …`, another line ---, and what is to be done"
      problems.push({ file: shownName(file.name), line: 1, message: `holds ${plan.tasks.length} tasks`, hint })
    } else {
      const noted = base.fresh[file.name]
      return [{ ...file, one, nonce: noted?.blob === file.blob ? noted.nonce : draftNonce() }]
    }
    return []
  })
  if (drafts.length === 0) return { created: [], problems }
  yield* writeBase({ ...base, fresh: Object.fromEntries(drafts.map(({ name, nonce, blob }) => [name, { nonce, blob }])) })
  const made = new Set((yield* listTasks()).map((task) => task.source))
  const now = DateTime.formatIso(yield* DateTime.now)
  for (const { one, nonce } of drafts) {
    const source = draftSource(nonce)
    const agent = one.agent ?? settings.agent
    if (!made.has(source)) yield* createDraft(nonce, recordOf(one, { id: 0, needs: one.needsTasks, now, agent, source }))
  }
  yield* numberDrafts()
  const idOf = new Map((yield* listTasks()).map((task) => [task.source, task.id]))
  const created = drafts.flatMap(({ name, blob, nonce, one }): readonly TakenNew[] => {
    const id = idOf.get(draftSource(nonce))
    return id === undefined ? [] : [{ id, title: one.title, file: name, blob }]
  })
  return { created, problems }
})

/** Who copies the file of another task to begin a new one has lines in it that are osier's own. */
const ofCopy = (problem: Problem): Problem =>
  problem.field !== undefined && isOwn(problem.field)
    ? { ...problem, hint: `remove the line ${problem.field}: osier writes it itself` }
    : problem
