import * as Effect from "effect/Effect"
import { ordered } from "../../domain/task/graph.ts"
import type { Task } from "../../domain/task/task.ts"
import { claimIds } from "../../steps/task/claimIds.ts"
import { draftNeeds, draftRef, draftSource, type Drafted, dropDraft, giveNumber, listDrafts } from "../../steps/task/drafts.ts"
import { createTask, listTasks, readTask } from "../../steps/task/record.ts"
import { recordAt } from "../../steps/task/recordAt.ts"
import { Journal } from "../../world/journal/journal.ts"
import { Refs } from "../../world/git/refs.ts"

/** A draft that is a task now. */
export interface Numbered {
  readonly id: number
  readonly title: string
  readonly draft: string
}

/**
 * Gives every draft its number and puts it into the store. The number is noted in the draft before the task is made, by
 * compare-and-swap: whoever is killed in between, and however many do it at once, each draft becomes one task.
 */
export const numberDrafts = Effect.fn("numberDrafts")(function* () {
  const found = yield* listDrafts()
  if (found.length === 0) return []
  const drafts = needsFirst(yield* Effect.forEach(found, whole))
  const bare = drafts.filter(({ task }) => task.id === 0)
  const ids = bare.length === 0 ? [] : yield* claimIds(bare.length)
  const given: Whole[] = []
  for (const draft of drafts) {
    const id = draft.task.id === 0 ? (ids[bare.indexOf(draft)] ?? 0) : draft.task.id
    const now = draft.task.id === 0 ? yield* noted(draft, id) : draft
    if (now !== undefined) given.push(now)
  }
  const known = new Map((yield* listTasks()).map((task) => [task.source, task.id]))
  for (const { nonce, task } of given) known.set(draftSource(nonce), task.id)
  const numbered: Numbered[] = []
  for (const draft of given)
    if (yield* finalize(draft, known)) numbered.push({ id: draft.task.id, title: draft.task.title, draft: draft.nonce })
  return numbered
})

/** A draft with all that its record says. */
interface Whole extends Drafted {
  readonly task: Task
}

const whole = Effect.fnUntraced(function* (draft: Drafted) {
  return { ...draft, task: (yield* recordAt(draft.commit)).task } satisfies Whole
})

const needsOf = (task: Task): readonly string[] => {
  const needs = task.extra[draftNeeds]
  return Array.isArray(needs) ? needs.map(String) : []
}

/** A task is never in the store before what it needs. */
const needsFirst = (drafts: readonly Whole[]): readonly Whole[] => {
  const by = new Map(drafts.map((draft) => [draft.nonce, draft]))
  const graph = new Map(drafts.map(({ nonce, task }) => [nonce, needsOf(task).filter((need) => by.has(need))]))
  return ordered(graph).flatMap((nonce) => by.get(nonce) ?? [])
}

/** The draft with its number; another process's, when that was first; undefined when that has made the task already. */
const noted = Effect.fnUntraced(function* (draft: Whole, id: number) {
  const refs = yield* Refs
  yield* giveNumber(draft, { ...draft.task, id })
  const commit = yield* refs.read(draftRef(draft.nonce))
  return commit === undefined ? undefined : yield* whole({ ...draft, commit })
})

/** Makes the task, if nobody has, and takes the draft away; whether it was made here. */
const finalize = Effect.fnUntraced(function* (draft: Whole, known: ReadonlyMap<string | undefined, number>) {
  const journal = yield* Journal
  const { [draftNeeds]: _, ...extra } = draft.task.extra
  const ids = needsOf(draft.task).map((nonce) => known.get(draftSource(nonce)))
  const needs = [...draft.task.needs, ...ids.flatMap((id) => id ?? [])].toSorted((a, b) => a - b)
  const task = { ...draft.task, needs, extra }
  const made = yield* createTask(task).pipe(
    Effect.as(true),
    Effect.catchTag("SwapLost", (lost) =>
      Effect.gen(function* () {
        const { task: there } = yield* readTask(task.id)
        return there.source === task.source ? false : yield* Effect.fail(lost)
      }),
    ),
  )
  yield* dropDraft(draft)
  if (!made) return false
  const { id, title, agent = "", source } = task
  yield* journal.append({ type: "TaskAdded", task: id, title, agent, needs, ...(source === undefined ? {} : { source }) })
  if (ids.includes(undefined)) {
    const message = "a draft that it needed is gone; it no longer waits for it"
    yield* journal.append({ type: "Warned", task: id, message, hint: `\`osier show ${id}\` shows what it needs.` })
  }
  return true
})
