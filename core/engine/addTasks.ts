import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Declared } from "../domain/planDraft.ts"
import { isOver } from "../domain/task.ts"
import type { Task } from "../domain/task.ts"
import { claimIds } from "../steps/claimIds.ts"
import { createTask, listTasks } from "../steps/record.ts"
import { Journal } from "../world/journal.ts"
import { RunContext } from "./runContext.ts"

/** A task of a plan, as it now stands in the store. */
export interface Added {
  readonly id: number
  readonly title: string
  /** It was there before: the same plan, or the same words, were given again. */
  readonly resumed: boolean
}

/** Where a task was declared: a plan's file and key; the arguments of a command have no file. */
const sourceOf = (declared: Declared): string => `${declared.source.file ?? "arguments"}#${declared.key}`

/**
 * Puts the tasks of a plan into the store. The same plan again resumes its tasks, changed words and all the unfinished;
 * the same arguments again resume the tasks with those titles that are not over. With `again: "new"` all are made new.
 */
export const addTasks = Effect.fn("addTasks")(function* (declared: readonly Declared[], options: { readonly again: "resume" | "new" }) {
  const journal = yield* Journal
  const { settings } = yield* RunContext
  const known = options.again === "new" ? [] : yield* listTasks()
  const found = new Map(
    declared.flatMap((one) => {
      const source = sourceOf(one)
      const before = known.findLast((task) => task.source === source && (one.source.file !== undefined || !isOver(task.status)))
      return before === undefined ? [] : [[one.key, before.id] as const]
    }),
  )
  const fresh = declared.filter((one) => !found.has(one.key))
  const ids = fresh.length === 0 ? [] : yield* claimIds(fresh.length)
  const idOf = new Map([...found, ...fresh.map((one, at) => [one.key, ids[at] ?? 0] as const)])
  const now = DateTime.formatIso(yield* DateTime.now)
  for (const one of fresh) {
    const id = idOf.get(one.key) ?? 0
    const agent = one.agent ?? settings.agent
    const needs = [...one.needs.map((key) => idOf.get(key) ?? 0), ...one.needsTasks].toSorted((a, b) => a - b)
    yield* createTask(recordOf(one, { id, needs, now, agent }))
    yield* journal.append({ type: "TaskAdded", task: id, title: one.title, agent: agent ?? "", needs, source: sourceOf(one) })
  }
  return declared.map((one): Added => ({ id: idOf.get(one.key) ?? 0, title: one.title, resumed: found.has(one.key) }))
})

const recordOf = (
  one: Declared,
  place: { readonly id: number; readonly needs: readonly number[]; readonly now: string; readonly agent: string | undefined },
): Task => ({
  id: place.id,
  title: one.title,
  status: "pending",
  priority: one.priority,
  labels: one.labels,
  needs: place.needs,
  scope: one.scope,
  acceptance: one.acceptance,
  source: sourceOf(one),
  created: place.now,
  updated: place.now,
  attempts: [],
  extra: one.adopt ? { existing: "adopt" } : {},
  prompt: one.prompt,
  ...(place.agent === undefined ? {} : { agent: place.agent }),
  ...(one.type === undefined ? {} : { type: one.type }),
  ...(one.gates === undefined ? {} : { gates: one.gates }),
  ...(one.branch === undefined ? {} : { branch: one.branch }),
  ...(one.retries === undefined ? {} : { retries: one.retries }),
  ...(one.limits === undefined ? {} : { limits: one.limits }),
  ...(one.effort === undefined ? {} : { effort: one.effort }),
  ...(one.independence === undefined ? {} : { independence: one.independence }),
})
