import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { resolve } from "node:path"
import { fileText } from "../../domain/text/fileText.ts"
import { plainLine } from "../../domain/text/plainText.ts"
import { PlanRefused } from "../../domain/plan/plan.ts"
import { addTasks } from "../../engine/tasks/addTasks.ts"
import { engineOf, worldAt } from "../../live.ts"
import { treeTask } from "../../engine/handwork/treeTask.ts"
import { RunContext } from "../../engine/context/runContext.ts"
import { planName } from "../../steps/task/planOf.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { Files } from "../../world/machine/files.ts"
import { UsageWrong } from "../commandLine.ts"
import { declared, settingsFlags } from "../declare.ts"
import { isSet, taskNumber, textFlag } from "../flags.ts"
import { showTaskFiles } from "../showTaskFiles.ts"
import type { Call, Verb } from "../verb.ts"

/** Makes a tree for one task; stdout is its path and nothing else, so that `cd "$(osier tree "…")"` goes there. */
export const tree: Verb = (call) =>
  Effect.gen(function* () {
    if (isSet(call.flags, "tasks")) return yield* showTaskFiles(call)
    const { settings, workingText } = yield* readSettings(settingsFlags(call))
    const made = Effect.gen(function* () {
      const word = call.args[0] ?? ""
      return yield* treeTask(/^#?\d+$/.test(word) ? yield* taskNumber(word) : yield* added(call))
    })
    const { task, place, made: fresh } = yield* made.pipe(Effect.provide(engineOf({ settings, workingText })))
    if (call.json) call.screen.out(JSON.stringify({ tree: { id: task.id, title: task.title, status: task.status, ...place, made: fresh } }))
    else {
      call.screen.out(place.path)
      call.screen.err(`#${task.id} ${plainLine(task.title)}: ${task.status}, on branch ${place.branch}; start with: osier claim ${task.id}`)
    }
    return 0 as const
  }).pipe(Effect.provide(worldAt(call.at)))

/** The task of that text, with its plan in the record. */
const added = Effect.fnUntraced(function* (call: Call) {
  const files = yield* Files
  const { settings } = yield* RunContext
  const path = textFlag(call.flags, "plan")
  const bytes = path === undefined ? undefined : yield* files.read(resolve(call.at, path))
  const text = bytes === undefined || path === undefined ? undefined : fileText(bytes, path)
  if (text !== undefined && Result.isFailure(text)) return yield* PlanRefused.of([text.failure])
  const plan = text?.success
  if (path !== undefined && plan === undefined)
    return yield* new UsageWrong({ message: `--plan: there is no file ${path}`, hint: "name a file, as in --plan oauth.md" })
  const again = isSet(call.flags, "new") ? "new" : "resume"
  const [one] = yield* addTasks(yield* declared(call, settings), {
    again,
    ...(plan === undefined ? {} : { files: { [planName]: plan } }),
  })
  if (one === undefined) return yield* new UsageWrong({ message: "tree needs a task", hint: 'osier tree "Implement OAuth2"' })
  return one.id
})
