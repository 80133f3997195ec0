import * as Effect from "effect/Effect"
import { plainLine } from "../../domain/text/plainText.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import { addDrafts } from "../../engine/tasks/addDrafts.ts"
import { addTasks } from "../../engine/tasks/addTasks.ts"
import { adaptersOf, engineOf, worldAt } from "../../live.ts"
import { RunContext } from "../../engine/context/runContext.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { UsageWrong } from "../commandLine.ts"
import { declared, settingsFlags } from "../declare.ts"
import { isSet } from "../flags.ts"
import type { Call, Verb } from "../verb.ts"

/** Puts tasks into the store and starts nothing. */
export const add: Verb = (call) =>
  Effect.gen(function* () {
    const { settings, workingText } = yield* readSettings(settingsFlags(call))
    if (isSet(call.flags, "draft")) return yield* draft(call, settings).pipe(Effect.provide(adaptersOf(settings)))
    return yield* put(call).pipe(Effect.provide(engineOf({ settings, workingText })))
  }).pipe(Effect.provide(worldAt(call.at)))

/** Nothing here may ask a remote: that is what drafts are for. */
const draft = Effect.fnUntraced(function* (call: Call, settings: Settings) {
  const tasks = yield* declared(call, settings)
  if (tasks.length === 0) return yield* new UsageWrong({ message: "add needs a task", hint: 'osier add --draft "Add a login page"' })
  const drafts = yield* addDrafts(tasks, settings.agent)
  if (call.json) call.screen.out(JSON.stringify({ drafts }))
  else {
    for (const { title } of drafts) call.screen.out(`draft ${plainLine(title)}`)
    call.screen.out("\nNumber them with: osier sync, or start them with: osier run")
  }
  return 0 as const
})

const put = Effect.fnUntraced(function* (call: Call) {
  const { settings } = yield* RunContext
  const tasks = yield* declared(call, settings)
  if (tasks.length === 0) return yield* new UsageWrong({ message: "add needs a task", hint: 'osier add "Add a login page"' })
  const added = yield* addTasks(tasks, { again: isSet(call.flags, "new") ? "new" : "resume" })
  if (call.json) call.screen.out(JSON.stringify({ tasks: added }))
  else {
    for (const { id, title, resumed, changed } of added) {
      const anew = changed === undefined ? "" : `, its ${changed.join(", ")} as the plan has it now`
      call.screen.out(`#${id} ${plainLine(title)}${resumed ? ` (it was there already${anew}; --new makes another)` : ""}`)
    }
    call.screen.out("\nStart them with: osier run")
  }
  return 0 as const
})
