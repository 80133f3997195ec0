import * as Effect from "effect/Effect"
import { parseCommit } from "../../domain/git/rawCommit.ts"
import { readSummary } from "../../domain/task/trailers.ts"
import { Objects } from "../../world/git/objects.ts"

/** The highest fence that a task's record knows of, for when its lock is gone; a record that can't be read knows of none. */
export const recordedFence = Effect.fn("recordedFence")(function* (task: string) {
  const objects = yield* Objects
  const record = yield* objects.read(`refs/osier/tasks/${task}`)
  if (record?.type !== "commit") return 0
  return readSummary(parseCommit(record.data).message)?.fence ?? 0
})
