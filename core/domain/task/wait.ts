import { isOver } from "./task.ts"
import type { Task } from "./task.ts"

/**
 * What ends a wait; there is none without. `owner`: whoever has the task now lets go of it, in whatever state. `remote`: it
 * answers again. `time`: the moment that is named comes. `files`: the user's files are out of the way, or the target is green again. `person`: somebody says
 * or mends something, for which a run does not wait.
 */
export type WaitEnd = "owner" | "remote" | "files" | "person" | { readonly until: number }

/** Why a task that could go on does not, and what ends that. */
export interface Wait {
  readonly reason: string
  readonly hint: string
  readonly ends: WaitEnd
  /** A person claimed it, and this run does not wait for them. */
  readonly held?: boolean
  /** It is complete and waits for a person's word, as the settings ask. */
  readonly review?: boolean
}

/** Whether a run stays for a wait, once nothing else is left to do. */
export const endsByItself = (wait: Wait | undefined): boolean => wait !== undefined && wait.ends !== "person" && wait.ends !== "files"

/** Whose a task is, as its lock tells: a run's that lives as far as can be told, a person's, nobody's, or not to be told. */
export type Ownership = "run" | "person" | "nobody" | "unreadable"

/** What a wait's end depends on. */
export interface Prospect {
  /** Undefined when its record is gone. */
  readonly task: Pick<Task, "status" | "kind"> | undefined
  readonly ownership: Ownership
  /** It needs what has failed or was given up. */
  readonly hindered: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * Whether a wait ends by itself, so that a run stays for it. Not when there is nothing left to do for a run: the task is over,
 * failed, planned by now, gone, or hindered; and an owner's end is no matter of states, but of its letting go.
 */
export const goesOn = ({ ends }: Wait, { task, ownership, hindered, now }: Prospect): boolean => {
  if (task === undefined || isOver(task.status) || task.kind !== undefined) return false
  if (ends === "owner") return ownership === "run"
  if (ends === "person" || ends === "files" || hindered || task.status === "failed") return false
  return ends === "remote" || now < ends.until
}
