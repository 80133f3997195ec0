import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { type FieldConflict, mergeTasks } from "../../domain/task/mergeTasks.ts"
import { mergeBase } from "../commit/mergeBase.ts"
import { filesAt, recordAt, type RecordFiles } from "./recordAt.ts"
import { recordCommit } from "./recordCommit.ts"
import type { Leaf } from "../commit/writeTrees.ts"

/** A file beside the task that both sides changed differently: the shared one stands; absent means taken away. */
export interface FileConflict {
  readonly path: string
  readonly kept?: string
  readonly lost?: string
}

/** The commit that holds what both sides say, and what of them gave way; that stays in the history of its second parent. */
export interface MergedRecord {
  readonly commit: string
  readonly fields: readonly FieldConflict[]
  readonly files: readonly FileConflict[]
  /** The two have no history in common: two tasks that were given the same number. The shared one stands whole. */
  readonly strangers: boolean
}

/**
 * Two commits of one task's record as one. Where one has all of the other already it is the answer; otherwise a merge is
 * written, the shared commit its first parent. No ref is moved.
 */
export const mergeRecords = Effect.fn("mergeRecords")(function* (input: { readonly local: string; readonly shared: string }) {
  const { local, shared } = input
  const whole = (commit: string): MergedRecord => ({ commit, fields: [], files: [], strangers: false })
  const base = local === shared ? local : yield* mergeBase(local, shared)
  if (base === local) return whole(shared)
  if (base === shared) return whole(local)
  const parents = [shared, local]
  // Read anew by all who watch the record: its time must be one that nobody has seen.
  const updated = DateTime.formatIso(yield* DateTime.now)
  const theirs = yield* recordAt(shared)
  const theirFiles = yield* filesAt(shared)
  if (base === undefined) {
    const commit = yield* recordCommit({ task: { ...theirs.task, updated }, parents, files: theirFiles })
    return { ...whole(commit), strangers: true }
  }
  const [before, ours] = [yield* recordAt(base), yield* recordAt(local)]
  const merged = mergeTasks({ base: before.task, ours: ours.task, theirs: theirs.task })
  const { files, conflicts } = mergeFiles({ base: yield* filesAt(base), ours: yield* filesAt(local), theirs: theirFiles })
  const commit = yield* recordCommit({ task: { ...merged.task, updated }, parents, files })
  return { commit, fields: merged.conflicts, files: conflicts, strangers: false } satisfies MergedRecord
})

const mergeFiles = ({ base, ours, theirs }: { readonly [Side in "base" | "ours" | "theirs"]: RecordFiles }) => {
  const files = new Map(theirs)
  const conflicts: FileConflict[] = []
  for (const path of new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])) {
    const [before, our, their] = [base.get(path), ours.get(path), theirs.get(path)]
    if (same(our, their) || same(before, our)) continue
    if (same(before, their) && !inTheWay(theirs, path)) {
      if (our === undefined) files.delete(path)
      else files.set(path, our)
    } else conflicts.push({ path, ...(their === undefined ? {} : { kept: their.oid }), ...(our === undefined ? {} : { lost: our.oid }) })
  }
  return { files, conflicts }
}

const same = (a: Leaf | undefined, b: Leaf | undefined): boolean => a?.oid === b?.oid && a?.mode === b?.mode

/** One side's file is the other side's folder. */
const inTheWay = (files: RecordFiles, path: string): boolean =>
  [...files.keys()].some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))
