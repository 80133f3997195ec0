import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { FieldConflict } from "../../domain/task/mergeTasks.ts"
import type { Task } from "../../domain/task/task.ts"
import { Refs } from "../../world/git/refs.ts"
import type { Swap, Unshared } from "../../world/git/refs.ts"
import { nextIds } from "./claimIds.ts"
import { mergeRecords } from "./mergeRecords.ts"
import type { MergedRecord } from "./mergeRecords.ts"
import { taskRef } from "./record.ts"
import { filesAt, recordAt } from "./recordAt.ts"
import { recordCommit } from "./recordCommit.ts"

/** What came of tasks that stood here as the remote did not have them. */
export interface SharedTasks {
  /** Everybody sees them now. */
  readonly shown: readonly number[]
  /** Changed here and there: both changes stand, but for these fields, whose value from here is in the commit `here`. */
  readonly merged: readonly { readonly id: number; readonly here: string; readonly conflicts: readonly FieldConflict[] }[]
  /** Their numbers belong to other tasks on the remote, so that they have new ones. */
  readonly renumbered: readonly { readonly from: number; readonly id: number; readonly title: string }[]
}

/** Puts what only this clone knows of tasks onto the remote: new ones, changes, and tasks whose number is taken there. */
export const shareTasks = Effect.fn("shareTasks")(function* (unshared: readonly Unshared[]) {
  const refs = yield* Refs
  const both = yield* Effect.forEach(
    unshared.filter((one): one is Both => one.there !== undefined),
    (one) => Effect.map(mergeRecords({ local: one.here, shared: one.there }), (record) => ({ ...one, record })),
  )
  const strange = both.filter(({ record }) => record.strangers)
  const fresh = unshared.filter(({ there }) => there === undefined)
  const shown = fresh.map(({ ref }) => numberOf(ref))
  const { ids, move } = yield* nextIds(strange.length, Math.max(0, ...shown))
  const { numbers, moves, renumbered } = yield* renumber(strange, ids)
  const created = yield* Effect.forEach(fresh, ({ ref, here }) =>
    Effect.map(withNeeds(here, numbers), (to): Swap => ({ ref, from: undefined, to })),
  )
  const counter = strange.length + fresh.length > 0 ? [move] : []
  yield* refs.swap([...counter, ...moves, ...created, ...both.map(moveOf)])
  const merged = both
    .filter(({ record }) => !record.strangers)
    .map(({ ref, here, record }) => ({ id: numberOf(ref), here, conflicts: record.fields }))
  return { shown, merged, renumbered } satisfies SharedTasks
})

interface Both extends Unshared {
  readonly there: string
}

const moveOf = ({ ref, there, record }: Both & { readonly record: MergedRecord }): Swap => ({ ref, from: there, to: record.commit })

/** Two clones gave one number to two tasks; the one that the remote knew first has it, the other gets the next. */
const renumber = Effect.fnUntraced(function* (strange: readonly Both[], ids: readonly number[]) {
  const numbers = new Map(strange.map(({ ref }, at) => [numberOf(ref), ids[at] ?? 0]))
  const moves: Swap[] = []
  const renumbered: { from: number; id: number; title: string }[] = []
  for (const { ref, here } of strange) {
    const from = numberOf(ref)
    const { task } = yield* recordAt(here)
    const id = numbers.get(from) ?? from
    moves.push({ ref: taskRef(id), from: undefined, to: yield* rewritten({ ...task, id, needs: mapped(task.needs, numbers) }, here) })
    renumbered.push({ from, id, title: task.title })
  }
  return { numbers, moves, renumbered }
})

/** The record as it is, unless it needs a task that has another number now. */
const withNeeds = Effect.fnUntraced(function* (here: string, numbers: ReadonlyMap<number, number>) {
  const { task } = yield* recordAt(here)
  return task.needs.some((need) => numbers.has(need)) ? yield* rewritten({ ...task, needs: mapped(task.needs, numbers) }, here) : here
})

const rewritten = Effect.fnUntraced(function* (task: Task, here: string) {
  const updated = DateTime.formatIso(yield* DateTime.now)
  return yield* recordCommit({ task: { ...task, updated }, parents: [here], files: yield* filesAt(here) })
})

const mapped = (needs: readonly number[], numbers: ReadonlyMap<number, number>): readonly number[] =>
  needs.map((need) => numbers.get(need) ?? need)

const numberOf = (ref: string): number => Number(ref.split("/").at(-1))
