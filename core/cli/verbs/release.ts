import * as Effect from "effect/Effect"
import { engineOf, worldAt } from "../../live.ts"
import { releaseTask } from "../../engine/handwork/releaseTask.ts"
import { readSettings } from "../../steps/given/readSettings.ts"
import { claimedTask } from "../claimed.ts"
import type { Verb } from "../verb.ts"
import { wayOut } from "../wayOut.ts"

/** Gives a claimed task back; says what was done and where it is. */
export const release: Verb = (call) =>
  Effect.gen(function* () {
    const { args, json, screen } = call
    const typedIn = process.cwd()
    const id = yield* claimedTask("release", args[0])
    const { settings, workingText } = yield* readSettings()
    const { task, ...rest } = yield* releaseTask(id).pipe(Effect.provide(engineOf({ settings, workingText })))
    if (json) {
      screen.out(JSON.stringify({ released: { id, status: task.status, ...rest } }))
      return 0 as const
    }
    screen.out(`#${id} released, it is ${task.status} now`)
    if (rest.keep !== undefined) screen.out(`  ${rest.work ?? "its files"}: kept at ${rest.keep} (osier keep restore ${id})`)
    else if (rest.work !== undefined) screen.out(`  ${rest.work}: left in your checkout as it is`)
    if (rest.tree !== undefined) screen.out(`  its tree is gone: ${rest.tree}`)
    yield* wayOut(call, typedIn)
    return 0 as const
  }).pipe(Effect.provide(worldAt(call.at)))
