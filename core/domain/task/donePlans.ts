import { isOver, type Kind, type Status } from "./task.ts"

/** A task as far as it is a plan or part of one. */
export interface Planned {
  readonly id: number
  readonly status: Status
  readonly kind?: Kind
  readonly children?: readonly number[]
}

/**
 * Plans that are done because the last of their children is merged or discarded, the innermost first; a plan that is done by
 * this may be the last child of another. A child whose record is not there yet is not over.
 */
export const donePlans = (tasks: readonly Planned[]): readonly number[] => {
  const over = new Set(tasks.flatMap(({ id, status }) => (isOver(status) ? [id] : [])))
  const open = tasks.filter(({ kind, status, children = [] }) => kind === "plan" && status === "pending" && children.length > 0)
  const done = new Set<number>()
  for (let before = -1; before < done.size;) {
    before = done.size
    for (const { id, children = [] } of open) if (children.every((child) => over.has(child) || done.has(child))) done.add(id)
  }
  return [...done]
}
