import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { emailFault } from "../../domain/task/assignee.ts"
import { plainLine, span } from "../../domain/text/plainText.ts"
import { claimTask } from "../../engine/handwork/claimTask.ts"
import { engineOf, worldAt } from "../../live.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { UsageWrong } from "../commandLine.ts"
import { settingsFlags } from "../declare.ts"
import { durationFlag, isSet, taskNumber, textFlag } from "../flags.ts"
import type { Verb } from "../verb.ts"

/** Makes a task the caller's own; stdout is where to work, so that `cd "$(osier claim 12)"` goes there. */
export const claim: Verb = (call) =>
  Effect.gen(function* () {
    const { args, flags, json, screen } = call
    const id = yield* taskNumber(args[0] ?? "")
    const forMs = yield* durationFlag(flags, "for")
    const as = textFlag(flags, "as")
    const fault = as === undefined ? undefined : emailFault(as)
    if (fault !== undefined) return yield* new UsageWrong({ message: `--as: ${JSON.stringify(as)} ${fault}`, hint: "--as me@example.com" })
    if (forMs === 0) return yield* new UsageWrong({ message: "--for must be more than nothing", hint: "--for 8h" })
    const { settings, workingText } = yield* readSettings(settingsFlags(call))
    const claiming = { forMs, as, steal: isSet(flags, "steal"), tree: flags["tree"] !== false, allowOverlap: isSet(flags, "allowOverlap") }
    const { task, place, email, until, refreshed, from, notes, fence } = yield* claimTask(id, claiming).pipe(
      Effect.provide(engineOf({ settings, workingText })),
    )
    const expires = new Date(until).toISOString()
    if (json) {
      const told = { id, title: task.title, assigned_to: task.assigned_to, email, until: expires, fence, refreshed, place, from, notes }
      screen.out(JSON.stringify({ claim: told }))
      return 0 as const
    }
    for (const note of notes) screen.err(`osier: ${plainLine(note)}`)
    if (place !== undefined) screen.out(place.path)
    const left = span(until - (yield* Clock.currentTimeMillis))
    const owner = from === undefined ? email : `${email}, taken over from ${from}`
    screen.err(
      refreshed
        ? `#${id} is yours for another ${left}`
        : `#${id} ${plainLine(task.title)}: claimed by ${owner} for ${left}, until ${expires}\n  when it is done: osier done ${id}; to give it back: osier release ${id}`,
    )
    return 0 as const
  }).pipe(Effect.provide(worldAt(call.at)))
