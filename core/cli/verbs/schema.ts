import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Event } from "../../domain/event/event.ts"
import { meant } from "../../domain/text/nearest.ts"
import { PlanTask } from "../../domain/plan/planYaml.ts"
import { settingsDocs, variableOf } from "../../domain/settings/settingsDocs.ts"
import { settingsJsonSchema } from "../../domain/settings/settingsSchema.ts"
import { UsageWrong } from "../commandLine.ts"
import { table } from "../table.ts"
import type { Call, Verb } from "../verb.ts"

const dialect = "https://json-schema.org/draft/2020-12/schema"

const events = (): unknown => {
  const { schema, definitions } = Schema.toJsonSchemaDocument(Event)
  return { $schema: dialect, title: "osier event", ...schema, ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions }) }
}

const plan = (): unknown => {
  const { schema } = Schema.toJsonSchemaDocument(PlanTask, { onExcessProperty: "error" })
  const task = { anyOf: [{ type: "string" }, { $ref: "#/$defs/task" }] }
  const tasks = {
    anyOf: [
      { type: "array", items: task },
      { type: "object", additionalProperties: task },
    ],
  }
  return { $schema: dialect, title: "osier plan", type: "object", required: ["tasks"], properties: { tasks }, $defs: { task: schema } }
}

/** Every key of osier.yaml for a person: what it means, its default, the variable that sets it. */
const settingsText = ({ screen }: Call): string => {
  const { bold, dim } = screen.paint
  const rows = settingsDocs.flatMap(({ key, kind, default: standard, meaning }) => {
    const more = [standard === "" ? undefined : `default ${standard}`, kind === "file" ? undefined : variableOf(key)].filter(
      (one) => one !== undefined,
    )
    return [`${bold(key)}${more.length === 0 ? "" : `  ${dim(more.join(", "))}`}`, `  ${meaning}`]
  })
  return `${rows.join("\n")}\n\nFlags beat OSIER_SET_ variables, which beat osier.yaml. \`osier schema settings --json\` is the JSON Schema for editors.`
}

/** Names of all events with their fields. */
const eventsText = ({ screen }: Call): string => {
  const rows = Event.members.map(({ fields }) => {
    const { type, seq: _seq, at: _at, run: _run, ...own } = fields
    return [type.literal, Object.keys(own).join(", ")]
  })
  return `Every event has seq, at and run, and:\n\n${table(rows, screen.width())}\n\n\`osier schema events --json\` is the JSON Schema.`
}

const planText = ({ screen }: Call): string =>
  `A plan is { tasks: [ … ] }; a task is a text, or:\n\n${table(
    Object.keys(PlanTask.fields).map((key) => [`  ${key}`]),
    screen.width(),
  )}\n\n\`osier schema plan --json\` is the JSON Schema.`

const kinds = { settings: [settingsJsonSchema, settingsText], events: [events, eventsText], plan: [plan, planText] } as const
const isKind = (word: string): word is keyof typeof kinds => Object.hasOwn(kinds, word)

/** Prints what the formats of osier are, for people, or as JSON Schema. */
export const schema: Verb = (call) =>
  Effect.gen(function* () {
    const what = call.args[0] ?? "settings"
    if (!isKind(what))
      return yield* new UsageWrong({ message: `there is no schema of ${JSON.stringify(what)}`, hint: meant(what, Object.keys(kinds), "") })
    const [json, text] = kinds[what]
    call.screen.out(call.json ? JSON.stringify(json(), undefined, 2) : text(call))
    return 0 as const
  })
