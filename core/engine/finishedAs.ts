import type { Task } from "../domain/task.ts"
import type { Finished } from "./workOn.ts"

/** A task that was completed before needs nobody to work on it again: its commit goes to the train as it is. */
export const finishedAs = (task: Task): Finished | undefined =>
  task.status === "completed" && task.tip !== undefined && task.base !== undefined
    ? { tip: task.tip, base: task.base, branch: task.branch ?? "", gated: true }
    : undefined
