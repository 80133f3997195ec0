import * as Effect from "effect/Effect"
import type { Task } from "../../domain/task/task.ts"
import type { Held } from "../../steps/lock/lock.ts"
import { Board } from "../context/board.ts"
import { transition } from "../context/transition.ts"
import type { AttemptLost } from "../context/attemptLost.ts"

/** The budget is spent: the task is failed, says why, and where its work is kept. Others are not touched. */
export const giveUp = Effect.fn("giveUp")(function* (held: Held, lost: AttemptLost) {
  const board = yield* Board
  const id = Number(held.name)
  const kept = board.kept.get(id)
  const keep = kept === undefined ? {} : { keep: kept }
  // The train may refuse what the attempt itself did well: what counts is how it ended.
  if (lost.class === "question") return yield* waitForAnswer(id, lost.reason)
  const ended = { outcome: lost.class, reason: lost.reason, ...keep }
  const withKeep = (task: Task): Task => ({
    ...task,
    attempts: task.attempts.map((one, at, all) => (at === all.length - 1 ? { ...one, ...ended } : one)),
  })
  yield* transition(
    held,
    (old) => withKeep({ ...old, status: "failed", reason: lost.reason }),
    {
      type: "TaskFailed",
      task: id,
      class: lost.class,
      reason: lost.reason,
      ...keep,
    },
    lost.evidence === undefined ? {} : { "evidence.md": lost.evidence },
  )
})

/** The agent asks something: the task waits for a person's answer, and goes on with it in the same session. */
const waitForAnswer = Effect.fnUntraced(function* (id: number, question: string) {
  const board = yield* Board
  yield* board.hold(id, `asks: ${question}`, `osier answer ${id} "…"`)
})
