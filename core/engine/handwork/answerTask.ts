import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { answerText } from "../../domain/task/question.ts"
import type { Task } from "../../domain/task/task.ts"
import { changeTask, readTask } from "../../steps/task/record.ts"
import { holding } from "../context/holding.ts"
import { run } from "../run/run.ts"
import { withoutReason } from "../context/transition.ts"

/** The task's agent did not ask anything. */
export class NothingAsked extends Data.TaggedError("NothingAsked")<{ readonly id: number; readonly status: Task["status"] }> {
  override get message() {
    return `task ${this.id} is ${this.status} and asks nothing`
  }
  get hint() {
    return this.status === "failed" ? `osier retry ${this.id}` : `osier show ${this.id}`
  }
  readonly exit = 2
}

/** Stores a person's answer to what the task's agent asked, and lets that agent go on with it in the session in which it asked. */
export const answerTask = Effect.fn("answerTask")(function* (id: number, answer: string) {
  const { task } = yield* readTask(id)
  const { question } = task
  if (question === undefined) return yield* new NothingAsked({ id, status: task.status })
  const answered = (old: Task): Task => {
    const { question: _, ...rest } = withoutReason(old)
    return rest
  }
  const files = { "evidence.md": answerText(question, answer) }
  yield* holding("task", String(id), (held) => changeTask(id, answered, { held, files }))
  return yield* run({ ids: [id] })
})
