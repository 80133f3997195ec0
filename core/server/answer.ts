import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Command } from "../domain/command.ts"
import type { Answer, Refusal } from "../domain/frame.ts"
import { Control, type ControlRefused } from "../world/control.ts"

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Command))

const idOf = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ id: Schema.Union([Schema.String, Schema.Finite]) })))

const carryOut = (command: Command): Effect.Effect<{ readonly tasks?: readonly number[] }, ControlRefused, Control> =>
  Control.use((control) => {
    switch (command.command) {
      case "cancel":
        return Effect.as(control.cancel(command.task), {})
      case "pause":
        return Effect.as(control.pause, {})
      case "resume":
        return Effect.as(control.resume, {})
      case "add":
        return Effect.map(control.add(command.tasks), (tasks) => ({ tasks }))
      case "land":
        return Effect.as(control.land(command.task), {})
    }
  })

/** Carries out one command as it came over the socket; the frame that answers it. Never fails. */
export const answer = (text: string): Effect.Effect<{ readonly answer: Answer } | { readonly error: Refusal }, never, Control> => {
  const asked = idOf(text)
  const id = asked._tag === "Some" ? { id: asked.value.id } : {}
  return decode(text).pipe(
    Effect.flatMap(carryOut),
    Effect.map((done) => ({ answer: { ...id, ok: true as const, ...done } })),
    Effect.catchTag("SchemaError", (error) =>
      Effect.succeed({
        error: {
          ...id,
          tag: "BadCommand",
          message: error.message,
          hint: 'send {"command": "cancel" | "pause" | "resume" | "add" | "land", …}',
        },
      }),
    ),
    Effect.catch((refused: ControlRefused) =>
      Effect.succeed({ error: { ...id, tag: refused._tag, message: refused.message, hint: refused.hint } }),
    ),
  )
}
