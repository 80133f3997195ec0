import * as Schema from "effect/Schema"
import { Priority } from "../task/task.ts"

/** A task as a program asks for it; what is left out is what the settings say. */
export const TaskDraft = Schema.Struct({
  title: Schema.NonEmptyString,
  prompt: Schema.optionalKey(Schema.String),
  agent: Schema.optionalKey(Schema.String),
  needs: Schema.optionalKey(Schema.Array(Schema.Natural)),
  scope: Schema.optionalKey(Schema.Array(Schema.String)),
  priority: Schema.optionalKey(Priority),
})
export type TaskDraft = typeof TaskDraft.Type

/** Repeated in the answer, so that a program can tell answers apart. */
const id = Schema.optionalKey(Schema.Union([Schema.String, Schema.Finite]))
const task = Schema.Natural

/** What a program may ask of a run over the socket. */
export const Command = Schema.Union([
  Schema.Struct({ id, command: Schema.Literal("cancel"), task }),
  Schema.Struct({ id, command: Schema.Literal("pause") }),
  Schema.Struct({ id, command: Schema.Literal("resume") }),
  Schema.Struct({ id, command: Schema.Literal("add"), tasks: Schema.Array(TaskDraft) }),
  Schema.Struct({ id, command: Schema.Literal("land"), task }),
])
export type Command = typeof Command.Type
