import * as Effect from "effect/Effect"
import type { FieldConflict } from "../domain/mergeTasks.ts"
import { Refs } from "../world/refs.ts"
import type { Unshared } from "../world/refs.ts"
import { keepIds, nextIds } from "./claimIds.ts"
import { mergeRecords } from "./mergeRecords.ts"
import { recordAt } from "./recordAt.ts"
import { createTasks } from "./record.ts"
import type { Fresh } from "./record.ts"

/** What came of tasks that stood here as the remote did not have them. */
export interface SharedTasks {
  /** Everybody sees them now. */
  readonly shown: readonly number[]
  /** Changed here and there: both changes stand, but for these fields, whose value from here stays in history. */
  readonly merged: readonly { readonly id: number; readonly conflicts: readonly FieldConflict[] }[]
  /** Their numbers belong to other tasks on the remote, so that they have new ones. */
  readonly renumbered: readonly { readonly from: number; readonly id: number; readonly title: string }[]
}

/** Puts what only this clone knows of tasks onto the remote: new ones, changes, and tasks whose number is taken there. */
export const shareTasks = Effect.fn("shareTasks")(function* (unshared: readonly Unshared[]) {
  const refs = yield* Refs
  const shown: number[] = []
  const merged: { id: number; conflicts: readonly FieldConflict[] }[] = []
  const strange: Unshared[] = []
  const fresh = unshared.filter(({ there }) => there === undefined)
  if (fresh.length > 0) {
    const ids = fresh.map(({ ref }) => numberOf(ref))
    const move = yield* keepIds(Math.max(...ids))
    yield* refs.swap([...(move === undefined ? [] : [move]), ...fresh.map(({ ref, here }) => ({ ref, from: undefined, to: here }))])
    shown.push(...ids)
  }
  for (const { ref, here, there } of unshared) {
    if (there === undefined) continue
    const { commit, fields, strangers } = yield* mergeRecords({ local: here, shared: there })
    yield* refs.swap([{ ref, from: there, to: commit }])
    if (strangers) strange.push({ ref, here, there })
    else merged.push({ id: numberOf(ref), conflicts: fields })
  }
  return { shown, merged, renumbered: yield* renumber(strange) } satisfies SharedTasks
})

/** Two clones gave one number to two tasks; the one that the remote knew first has it, the other gets the next. */
const renumber = Effect.fnUntraced(function* (strange: readonly Unshared[]) {
  if (strange.length === 0) return []
  const { ids, move } = yield* nextIds(strange.length)
  const numbers = new Map(strange.map(({ ref }, at) => [numberOf(ref), ids[at] ?? 0]))
  const fresh: Fresh[] = []
  const told: { from: number; id: number; title: string }[] = []
  for (const { ref, here } of strange) {
    const { task } = yield* recordAt(here)
    const id = numbers.get(numberOf(ref)) ?? task.id
    fresh.push({ task: { ...task, id, needs: task.needs.map((need) => numbers.get(need) ?? need) } })
    told.push({ from: task.id, id, title: task.title })
  }
  yield* createTasks(fresh, move)
  return told
})

const numberOf = (ref: string): number => Number(ref.split("/").at(-1))
