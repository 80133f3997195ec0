import type { Task } from "../../domain/task/task.ts"
import type { TaskToLand } from "../../steps/land/candidate.ts"
import type { Finished } from "../attempt/workOn.ts"

/** What the landing commit will say of the task. */
export const taskToLand = (task: Task, work: Finished): TaskToLand => ({
  id: task.id,
  title: task.title,
  tip: work.tip,
  attempt: String(task.attempts.length),
  ...(task.type === undefined ? {} : { type: task.type }),
})
