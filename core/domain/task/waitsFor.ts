import type { Status } from "./task.ts"

/** A task as far as others wait for it. */
export interface Awaited {
  readonly id: number
  readonly status: Status
  readonly needs: readonly number[]
  readonly children?: readonly number[]
}

/** What each task waits for: its needs, and for a plan its children, of which those that were given up don't count. */
export const waitsFor = (tasks: readonly Awaited[]): ReadonlyMap<number, readonly number[]> => {
  const gone = new Set(tasks.flatMap(({ id, status }) => (status === "discarded" ? [id] : [])))
  return new Map(tasks.map(({ id, needs, children = [] }) => [id, [...needs, ...children.filter((child) => !gone.has(child))]]))
}
