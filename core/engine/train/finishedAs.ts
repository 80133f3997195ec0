import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Task } from "../../domain/task/task.ts"
import { recordFile } from "../../steps/task/recordFile.ts"
import type { Finished } from "../attempt/workOn.ts"

const Result = Schema.fromJsonString(Schema.Struct({ outside: Schema.optionalKey(Schema.Array(Schema.String)) }))

/**
 * A task that was completed before needs nobody to work on it again: its commit goes to the train as it is, and what a person
 * was to look at first is not forgotten.
 */
export const finishedAs = Effect.fn("finishedAs")(function* (task: Task) {
  if (task.status !== "completed" || task.tip === undefined || task.base === undefined) return undefined
  const text = (yield* recordFile(task.id, "result.json")) ?? "{}"
  const told = Option.getOrUndefined(Schema.decodeUnknownOption(Result)(text))
  return { tip: task.tip, base: task.base, branch: task.branch ?? "", gated: true, ...told } satisfies Finished
})
