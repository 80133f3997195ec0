import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Command } from "../domain/event/command.ts"
import type { Answer, Refusal } from "../domain/event/frame.ts"
import { Control, type ControlRefused } from "../world/machine/control.ts"

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
export const answer = (text: string): Effect.Effect<{ readonly answer: Answer } | { readonly error: Refusal }, never, Control> =>
  Effect.suspend(() => {
    const asked = idOf(text)
    const id = asked._tag === "Some" ? { id: asked.value.id } : {}
    const refuse = (tag: string, message: string, hint: string) => Effect.succeed({ error: { ...id, tag, message: brief(message), hint } })
    return decode(text).pipe(
      Effect.flatMap(carryOut),
      Effect.map((done) => ({ answer: { ...id, ok: true as const, ...done } })),
      Effect.catchTag("SchemaError", ({ message }) => refuse("BadCommand", message, form)),
      Effect.catch((refused: ControlRefused) => refuse(refused._tag, refused.message, refused.hint)),
      // A mistake of ours is answered as well: a program that gets no answer waits for ever.
      Effect.catchDefect((defect) => refuse("Defect", `unexpected: ${defect instanceof Error ? defect.message : String(defect)}`, form)),
    )
  })

const form = 'send {"command": "cancel" | "pause" | "resume" | "add" | "land", …}'

/** An answer never repeats a megabyte that was sent. */
const brief = (message: string): string => (message.length > 2_000 ? `${message.slice(0, 2_000)}…` : message).toWellFormed()
