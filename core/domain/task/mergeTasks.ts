import * as Schema from "effect/Schema"
import { isDeepStrictEqual as same } from "node:util"
import { isOver, type Status, Task } from "./task.ts"

/** A field that both sides changed to different values: what stands now, what gave way, and whose it was. */
export interface FieldConflict {
  readonly field: string
  readonly kept: unknown
  readonly lost: unknown
  readonly loser: Side
}

export interface MergedTask {
  readonly task: Task
  readonly conflicts: readonly FieldConflict[]
}

type Side = "ours" | "theirs"
type Values = ReadonlyMap<string, unknown>
interface Three<A> {
  readonly base: A
  readonly ours: A
  readonly theirs: A
}

/** Later along the drawn edges, where no fence decides. */
const course: readonly Status[] = ["pending", "running", "failed", "completed", "discarded", "merged"]

/** What belongs to a state and means nothing beside another one. */
const ofState = new Set(["reason", "branch", "adopted", "base", "tip", "landed"])

const sets = new Set(["needs", "labels", "scope", "acceptance"])

/**
 * Two histories of one task's record as one: field by field against what both began with. Where both changed a field to
 * different values, the record with the higher fence wins, else theirs, which is the shared one. A state never follows
 * from a merge that the drawn edges don't lead to: what landed has landed, and what is over in the shared record stays over.
 */
export const mergeTasks = ({ base, ours, theirs }: Three<Task>): MergedTask => {
  const conflicts: FieldConflict[] = []
  const owner: Side = fenceOf(ours) > fenceOf(theirs) ? "ours" : "theirs"
  const split = base.status !== ours.status && base.status !== theirs.status && ours.status !== theirs.status
  const state = split ? stateWinner(ours, theirs) : owner
  const lose = (field: string, winner: Side, values: Three<unknown>): unknown => {
    const loser = winner === "ours" ? "theirs" : "ours"
    if (!same(values[loser], values.base) && !same(values.ours, values.theirs))
      conflicts.push({ field, kept: values[winner], lost: values[loser], loser })
    return values[winner]
  }
  const mergeField = (field: string, values: Three<unknown>): unknown => {
    const { base, ours, theirs } = values
    if (field === "status" || (split && ofState.has(field))) return split ? lose(field, state, values) : oneSided(values)
    if (same(ours, theirs) || same(base, ours)) return theirs
    if (same(base, theirs)) return ours
    const lists = Array.isArray(base) && Array.isArray(ours) && Array.isArray(theirs) ? { base, ours, theirs } : undefined
    const all = lists !== undefined && sets.has(field) ? mergeSets(lists) : undefined
    return all ?? lose(field, owner, values)
  }
  const mergeAll = (values: Three<Values>): Record<string, unknown> => {
    const others = [...values.ours.keys(), ...values.theirs.keys()].toSorted()
    const merged = [...new Set([...values.base.keys(), ...others])].map((key): readonly [string, unknown] => {
      const of = (side: keyof Three<Values>) => values[side].get(key)
      return [key, mergeField(key, { base: of("base"), ours: of("ours"), theirs: of("theirs") })]
    })
    return Object.fromEntries(merged.filter(([, value]) => value !== undefined))
  }
  const stamps = { updated: later(ours.updated, theirs.updated), ...fenceOfBoth(ours, theirs) }
  const record = {
    ...mergeAll({ base: known(base), ours: known(ours), theirs: known(theirs) }),
    ...stamps,
    attempts: mergeAttempts({ base, ours, theirs }, (field, values) => lose(field, owner, values)),
    extra: mergeAll({ base: extra(base), ours: extra(ours), theirs: extra(theirs) }),
  }
  return { task: Schema.decodeUnknownSync(Task)(record), conflicts }
}

const fenceOf = (task: Task): number => task.fence ?? 0
const fenceOfBoth = (a: Task, b: Task) =>
  a.fence === undefined && b.fence === undefined ? {} : { fence: Math.max(fenceOf(a), fenceOf(b)) }
const later = (a: string, b: string): string => (a > b ? a : b)

/** Merged by rules of their own. */
const special = new Set(["extra", "attempts", "updated", "fence"])
const known = (task: Task): Values => new Map<string, unknown>(Object.entries(task).filter(([key]) => !special.has(key)))
const extra = (task: Task): Values => new Map(Object.entries(task.extra))

const oneSided = ({ base, ours, theirs }: Three<unknown>): unknown => (same(base, theirs) ? ours : theirs)

const stateWinner = (ours: Task, theirs: Task): Side => {
  if (ours.status === "merged") return "ours"
  if (isOver(theirs.status)) return "theirs"
  const ahead = fenceOf(ours) - fenceOf(theirs) || course.indexOf(ours.status) - course.indexOf(theirs.status)
  return ahead > 0 ? "ours" : "theirs"
}

/** Undefined when it was more than adding and removing: an order was changed, or something stands in it twice. */
const mergeSets = ({ base, ours, theirs }: Three<readonly unknown[]>): readonly unknown[] | undefined => {
  const text = (value: unknown) => JSON.stringify(value)
  const stays = (list: readonly unknown[]) => base.filter((one) => list.includes(one))
  const fresh = (list: readonly unknown[]) => list.filter((one) => !base.includes(one))
  const plain = (list: readonly unknown[]) =>
    new Set(list).size === list.length &&
    same(
      stays(list),
      list.filter((one) => base.includes(one)),
    )
  if (!plain(base) || !plain(ours) || !plain(theirs)) return undefined
  const added = [fresh(ours), fresh(theirs)].toSorted((a, b) => (text(a) < text(b) ? -1 : 1)).flat()
  const all = new Set([...base.filter((one) => ours.includes(one) && theirs.includes(one)), ...added])
  // Where one side has it all already, its own order is as good, and merging once more changes nothing.
  const whole = [ours, theirs]
    .filter((list) => list.length === all.size && list.every((one) => all.has(one)))
    .toSorted((a, b) => (text(a) < text(b) ? -1 : 1))
  return whole[0] ?? [...all]
}

/** Attempts are told apart by their number; each is a field of its own. */
const mergeAttempts = (tasks: Three<Task>, lose: (field: string, values: Three<unknown>) => unknown): unknown => {
  const [base, ours, theirs] = [tasks.base.attempts, tasks.ours.attempts, tasks.theirs.attempts]
  if (same(ours, theirs) || same(base, ours)) return theirs
  if (same(base, theirs)) return ours
  const numbers = [...new Set([...base, ...ours, ...theirs].map(({ n }) => n))].toSorted((a, b) => a - b)
  if ([base, ours, theirs].some((list) => new Set(list.map(({ n }) => n)).size < list.length))
    return lose("attempts", { base, ours, theirs })
  const of = (list: Task["attempts"], n: number) => list.find((one) => one.n === n)
  return numbers
    .map((n): unknown => {
      const values = { base: of(base, n), ours: of(ours, n), theirs: of(theirs, n) }
      if (same(values.ours, values.theirs) || same(values.base, values.ours)) return values.theirs
      return same(values.base, values.theirs) ? values.ours : lose(`attempts[${n}]`, values)
    })
    .filter((one) => one !== undefined)
}
