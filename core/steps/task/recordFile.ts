import * as Effect from "effect/Effect"
import { Objects } from "../../world/git/objects.ts"
import { taskRef } from "./record.ts"

/** A file that stands beside `task.md` in a task's record; undefined when there is none. */
export const recordFile = Effect.fn("recordFile")(function* (id: number, name: "report.md" | "proposal.yaml" | "result.json") {
  const objects = yield* Objects
  const found = yield* objects.read(`${taskRef(id)}:${name}`)
  return found?.data.toString()
})
