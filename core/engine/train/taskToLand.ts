import { commitBody } from "../../domain/task/commitWords.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import type { Task } from "../../domain/task/task.ts"
import type { TaskToLand } from "../../steps/land/candidate.ts"
import type { Finished } from "../attempt/workOn.ts"

/** What the landing commit will say of the task; its body is the agent's own summary. */
export const taskToLand = (task: Task, work: Finished, { agents }: Pick<Settings, "agents">): TaskToLand => {
  const last = task.attempts.findLast(({ outcome }) => outcome === "ok")
  const said = last?.said ?? ""
  // What a program prints is no summary, but its last words may be one.
  const prints = last !== undefined && (agents[last.agent]?.adapter ?? last.agent) === "shell"
  const body = commitBody(
    prints
      ? (said
          .trim()
          .split(/\n\s*\n/)
          .at(-1) ?? "")
      : said,
  )
  return {
    id: task.id,
    title: task.title,
    tip: work.tip,
    attempt: String(task.attempts.length),
    ...(task.type === undefined ? {} : { type: task.type }),
    ...(body === "" ? {} : { body }),
  }
}
