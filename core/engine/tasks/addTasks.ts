import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Declared } from "../../domain/plan/planDraft.ts"
import { isOver } from "../../domain/task/task.ts"
import type { Kind, Task } from "../../domain/task/task.ts"
import type { Summary } from "../../domain/task/trailers.ts"
import { limitRounds } from "../../steps/lock/limitRounds.ts"
import { nextIds } from "../../steps/task/claimIds.ts"
import { createTasks, listTasks } from "../../steps/task/record.ts"
import type { Fresh } from "../../steps/task/record.ts"
import { Journal } from "../../world/journal/journal.ts"
import { Refs } from "../../world/git/refs.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { replan } from "./replan.ts"
import { RunContext } from "../context/runContext.ts"
import { withoutSecrets } from "./withoutSecrets.ts"

/** A task of a plan, as it now stands in the store. */
export interface Added {
  readonly id: number
  readonly title: string
  /** It was there before: the same plan, or the same words, were given again. */
  readonly resumed: boolean
  /** Fields that follow the plan, which says something else by now. */
  readonly changed?: readonly string[]
}

/** A task asks for a branch that is there already, without saying that it wants to go on with it. */
export class BranchTaken extends Data.TaggedError("BranchTaken")<{ readonly branch: string }> {
  override get message() {
    return `branch ${this.branch} is there already`
  }
  get hint() {
    return "`adopt: true` beside `branch:` (or --adopt) goes on with it; `fresh: true` (--fresh) keeps its tip and cuts it anew. Nothing was added."
  }
  readonly exit = 2
}

/** Tasks of one command's arguments carry the run that added them, so that the same words again find them together. */
const argumentsOf = /^arguments:[^#]*/

/**
 * Puts the tasks of a plan into the store. The same plan again resumes its tasks. The same arguments again resume those of
 * the newest command that had one of them, unless all of these are over. With `again: "new"` all are made new.
 */
export const addTasks = Effect.fn("addTasks")(function* (given: readonly Declared[], options: Adding) {
  const goOn = yield* limitRounds(["refs/osier/ids"])
  const declared = yield* withoutSecrets(given)
  for (;;) {
    yield* goOn
    // Somebody else added tasks in the same moment, perhaps these very ones: look again.
    const added = yield* Effect.catchTag(addOnce(declared, options), "SwapLost", () => Effect.succeed(undefined))
    if (added !== undefined) return added
  }
})

export interface Adding {
  readonly again: "resume" | "new"
  /** Put into the record of each new task, as its plan. */
  readonly files?: Readonly<Record<string, string>>
  readonly kind?: Kind
  readonly parent?: number
}

const addOnce = Effect.fnUntraced(function* (declared: readonly Declared[], options: Adding) {
  const journal = yield* Journal
  const { run } = yield* RunIdentity
  const { settings } = yield* RunContext
  // The same words may be a question once and work another time; a plan's key means one task, whatever became of it.
  const mayBe = (task: Summary) => task.kind === options.kind || !argumentsOf.test(task.source ?? "")
  const known = options.again === "new" ? [] : (yield* listTasks()).filter(mayBe)
  const batch = unfinishedBatch(declared, known) ?? `arguments:${run}`
  const sourceOf = (one: Declared): string => `${one.source.file ?? batch}#${one.key}`
  const found = new Map(
    declared.flatMap((one) => {
      const before = known.findLast((task) => task.source === sourceOf(one) && task.status !== "discarded")
      return before === undefined ? [] : [[one.key, before.id] as const]
    }),
  )
  const fresh = declared.filter((one) => !found.has(one.key))
  yield* refuseTaken(fresh)
  const { ids, move } = yield* nextIds(fresh.length)
  const idOf = new Map([...found, ...fresh.map((one, at) => [one.key, ids[at] ?? 0] as const)])
  const now = DateTime.formatIso(yield* DateTime.now)
  const asRecord = (one: Declared): Task => {
    const id = idOf.get(one.key) ?? 0
    const needs = [...one.needs.map((key) => idOf.get(key) ?? 0), ...one.needsTasks].toSorted((a, b) => a - b)
    return recordOf(one, { id, needs, now, agent: one.agent ?? settings.agent, source: sourceOf(one) })
  }
  const made = fresh.map((one): Fresh => {
    const { kind, parent, files } = options
    const family = { ...(kind === undefined ? {} : { kind }), ...(parent === undefined ? {} : { parent }) }
    return { task: { ...asRecord(one), ...family }, ...(files === undefined ? {} : { files }) }
  })
  if (made.length > 0) yield* createTasks(made, move)
  yield* journal.append(
    made.map(({ task: { id, title, agent = "", needs, source = "" } }) => ({
      type: "TaskAdded" as const,
      task: id,
      title,
      agent,
      needs,
      source,
    })),
  )
  const added = (one: Declared): Added => ({ id: idOf.get(one.key) ?? 0, title: one.title, resumed: found.has(one.key) })
  const open = new Set(known.flatMap(({ id, status }) => (status === "pending" || status === "failed" ? [id] : [])))
  return yield* Effect.forEach(declared, (one) =>
    one.source.file !== undefined && open.has(found.get(one.key) ?? 0)
      ? Effect.map(replan(asRecord(one)), (changed): Added => ({ ...added(one), ...(changed.length === 0 ? {} : { changed }) }))
      : Effect.succeed(added(one)),
  )
})

/** Fails when a task asks for a branch of somebody else's. */
export const refuseTaken = Effect.fnUntraced(function* (declared: readonly Declared[]) {
  const refs = yield* Refs
  for (const { branch, adopt, fresh } of declared) {
    if (branch !== undefined && !adopt && fresh !== true && (yield* refs.read(`refs/heads/${branch}`)) !== undefined)
      return yield* new BranchTaken({ branch })
  }
})

/** The arguments that one of these tasks was given with last, if any task of them is not over yet. */
const unfinishedBatch = (declared: readonly Declared[], known: readonly Summary[]): string | undefined => {
  const keys = new Set(declared.filter((one) => one.source.file === undefined).map((one) => one.key))
  const given = known.flatMap((task) => {
    const batch = argumentsOf.exec(task.source ?? "")?.[0]
    return batch !== undefined && keys.has(task.source?.slice(batch.length + 1) ?? "") ? [{ batch, task }] : []
  })
  const newest = given.at(-1)?.batch
  return given.some(({ batch, task }) => batch === newest && !isOver(task.status)) ? newest : undefined
}

/** The record of a task as it was declared. */
export const recordOf = (
  one: Declared,
  place: {
    readonly id: number
    readonly needs: readonly number[]
    readonly now: string
    readonly agent: string | undefined
    readonly source: string
  },
): Task => ({
  id: place.id,
  title: one.title,
  status: "pending",
  priority: one.priority,
  labels: one.labels,
  needs: place.needs,
  scope: one.scope,
  acceptance: one.acceptance,
  source: place.source,
  created: place.now,
  updated: place.now,
  attempts: [],
  extra: {},
  prompt: one.prompt,
  ...(place.agent === undefined ? {} : { agent: place.agent }),
  ...(one.type === undefined ? {} : { type: one.type }),
  ...(one.gates === undefined ? {} : { gates: one.gates }),
  ...(one.branch === undefined ? {} : { branch: one.branch, adopted: one.adopt, ...(one.fresh === true ? { fresh: true } : {}) }),
  ...(one.retries === undefined ? {} : { retries: one.retries }),
  ...(one.limits === undefined ? {} : { limits: one.limits }),
  ...(one.effort === undefined ? {} : { effort: one.effort }),
  ...(one.independence === undefined ? {} : { independence: one.independence }),
})
