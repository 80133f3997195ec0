import * as Effect from "effect/Effect"
import { isDeepStrictEqual as same } from "node:util"
import { cycles } from "../../domain/task/graph.ts"
import { mergeTasks } from "../../domain/task/mergeTasks.ts"
import type { Task } from "../../domain/task/task.ts"
import { changedFields } from "../../domain/plan/taskEdit.ts"
import { parseTask, printTask } from "../../domain/task/taskFile.ts"
import { changeTask, listTasks, readTask, taskRef } from "../../steps/task/record.ts"
import { recordAt } from "../../steps/task/recordAt.ts"
import { Git } from "../../world/git/git.ts"
import { Journal } from "../../world/journal/journal.ts"
import { Repository } from "../../world/git/repository.ts"
import { holding } from "../context/holding.ts"

/** What a plan says of a task; all else is of the store. */
const said = [
  "title",
  "prompt",
  "agent",
  "needs",
  "scope",
  "gates",
  "retries",
  "priority",
  "labels",
  "acceptance",
  "limits",
  "effort",
  "independence",
  "type",
] as const

/**
 * Brings what a plan says by now into a task that it made before, as long as that has still to be worked on: a field that
 * only the plan changed since follows it, one that was changed in the store stays, and is told. Answers with the fields.
 */
export const replan = Effect.fn("replan")(function* (wanted: Task) {
  const { id } = wanted
  const { task: now } = yield* readTask(id)
  const open = now.status === "pending" || now.status === "failed"
  if (!open || now.kind !== undefined || now.parent !== undefined || said.every((key) => same(now[key], wanted[key]))) return []
  const first = (yield* recordAt(yield* firstCommit(id))).task
  const { status, created, updated } = first
  // As it is read back: a record does not keep every line end.
  const plan = yield* Effect.fromResult(parseTask(printTask({ ...wanted, status, created, updated }), "the plan"))
  if (changedFields(first, plan).length === 0) return []
  const merged = mergeTasks({ base: first, ours: plan, theirs: now })
  const taken = changedFields(now, merged.task).filter((field) => field !== "updated")
  const needs = new Map((yield* listTasks()).map((task) => [task.id, task.id === id ? merged.task.needs : task.needs]))
  const circle = taken.includes("needs") && cycles(needs).length > 0
  const stays = circle ? taken : merged.conflicts.map(({ field }) => field)
  if (stays.length > 0) yield* tell(id, stays, circle ? "its needs would go round in a circle" : "it was changed in the store since")
  if (circle || taken.length === 0) return []
  const follow = holding("task", String(id), (held) =>
    changeTask(id, (theirs) => mergeTasks({ base: first, ours: plan, theirs }).task, { held }),
  )
  return yield* follow.pipe(
    Effect.as(taken),
    Effect.catchTag("LockHeld", (held) => Effect.as(tell(id, taken, held.message), [])),
  )
})

const tell = Effect.fnUntraced(function* (task: number, fields: readonly string[], why: string) {
  const journal = yield* Journal
  const message = `the plan says something else by now (${fields.join(", ")}), and the task stays as it is: ${why}`
  yield* journal.append({ type: "Warned", task, message, hint: "osier tree --tasks writes it for editing; --new makes a new one" })
})

/** The record as it was made; one that was brought together with another's has two beginnings, the shared one last. */
const firstCommit = Effect.fnUntraced(function* (id: number) {
  const git = yield* Git
  const { commonDir } = yield* Repository
  const roots = yield* git.text(["--git-dir", commonDir, "rev-list", "--max-parents=0", taskRef(id)], { cwd: commonDir })
  return roots.split("\n").at(-1) ?? taskRef(id)
})
