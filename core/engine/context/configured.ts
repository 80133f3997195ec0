import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { changeText, isPowerful, undoCommand } from "../../domain/git/settingChange.ts"
import type { SettingChange } from "../../domain/git/settingChange.ts"
import { readConfiguration, settingChanges } from "../../steps/given/configuration.ts"
import type { Configuration } from "../../steps/given/configuration.ts"
import { rememberChanges, settingMemory, standingChanges } from "../../steps/given/settingMemory.ts"
import { changesOfTheDead, dropConfiguration, recordConfiguration } from "../../steps/given/settingRecord.ts"
import { RunIdentity } from "../../world/git/runIdentity.ts"
import { Board } from "./board.ts"
import { lostCheckout } from "./checkConfiguration.ts"

/** git would obey something that came about while osier worked: nobody has said that it is theirs. */
export class ConfigurationChanged extends Data.TaggedError("ConfigurationChanged")<{
  readonly change: SettingChange
  readonly by: string
  readonly accept: string
}> {
  override get message() {
    return `git's configuration changed while ${this.by} ran, and osier runs no git under it: ${changeText(this.change)}`
  }
  get hint() {
    return `Undo it: ${undoCommand(this.change)}. Or, if you want it so, accept it: ${this.accept}. Then run again.`
  }
  readonly exit = 5
}

/** git's configuration as it was when the run began, and what of osier's doing is on at the moment. */
export class Configured extends Context.Service<
  Configured,
  {
    baseline: Configuration
    /** Whether it is written down for the case that this process dies. */
    recorded: boolean
    readonly active: string[]
    readonly told: Map<string, string>
  }
>()("core/engine/Configured") {
  static readonly layer = Layer.effect(
    Configured,
    Effect.gen(function* () {
      const { run } = yield* RunIdentity
      const baseline = yield* readConfiguration()
      const fresh = () => ({ baseline, recorded: false, active: [], told: new Map() })
      return yield* Effect.acquireRelease(Effect.sync(fresh), ({ recorded }) =>
        recorded ? Effect.ignore(dropConfiguration(run)) : Effect.void,
      )
    }),
  )
}

const nameOf = (change: SettingChange): string => JSON.stringify([change.path, change.key, change.to])

/** Says each change once, with what ran then and how to undo it, and remembers it for the next run. */
export const tellChanges = Effect.fn("tellChanges")(function* (
  changes: readonly SettingChange[],
  by: string,
  task?: number,
  wished = false,
) {
  const board = yield* Board
  const { told } = yield* Configured
  const fresh = changes.filter((change) => !told.has(nameOf(change)))
  for (const change of fresh) told.set(nameOf(change), by)
  if (!wished) yield* rememberChanges(fresh, by)
  for (const change of fresh) {
    const message = `git's configuration changed while ${by} ran: ${changeText(change)}`
    const hint = `If you don't want that: ${undoCommand(change)}`
    yield* board.emit({ type: "Warned", ...(task === undefined ? {} : { task }), message, hint })
  }
})

/**
 * Looks at git's configuration, by its files, and answers with what looks again: that tells every change, with all that ran
 * meanwhile, and gives it back.
 */
export const watchSettings = Effect.fnUntraced(function* (by: string, task?: number, trusted = false) {
  const configured = yield* Configured
  const before = yield* readConfiguration()
  configured.active.push(by)
  if (!configured.recorded) {
    configured.recorded = true
    yield* recordConfiguration((yield* RunIdentity).run, configured.baseline)
  }
  return Effect.gen(function* () {
    const configuration = yield* readConfiguration()
    const changes = yield* settingChanges(before, configuration)
    // The user's own commands on the target's own files: what these set up is the user's wish, unless the checkout is gone by it.
    const wished = trusted && configured.active.length === 1 && !changes.some(({ key }) => key === "core.bare" || key === "core.worktree")
    if (changes.length > 0) yield* tellChanges(changes, [...new Set(configured.active)].join(" and "), task, wished)
    if (wished) configured.baseline = configuration
    const at = configured.active.indexOf(by)
    if (at >= 0) configured.active.splice(at, 1)
    return { changes, configuration }
  })
})

/** Runs something that starts programs, and tells what of git's configuration changed meanwhile. */
export const watched = Effect.fnUntraced(function* <A, E, R>(
  by: string,
  body: Effect.Effect<A, E, R>,
  { task, trusted }: { readonly task?: number; readonly trusted?: boolean } = {},
) {
  const look = yield* watchSettings(by, task, trusted)
  return yield* Effect.ensuring(body, Effect.ignore(look))
})

/** Fails when git would now start or go where it did not when the run began: no git runs under what nobody asked for. */
export const configurationStands = Effect.fn("configurationStands")(function* () {
  const { baseline, told } = yield* Configured
  const changes = (yield* settingChanges(baseline, yield* readConfiguration())).filter(isPowerful)
  const [change] = changes
  if (change === undefined) return
  const by = told.get(nameOf(change)) ?? "this run"
  yield* tellChanges(changes, by)
  return yield* new ConfigurationChanged({ change, by, accept: `rm ${yield* settingMemory}` })
})

/** What earlier runs left changed and nobody undid is said first, and nothing is started under what could start something. */
export const sayConfiguration = Effect.fn("sayConfiguration")(function* () {
  const board = yield* Board
  for (const { found, hint } of yield* lostCheckout()) yield* board.emit({ type: "Warned", message: found, hint })
  for (const { run, changes } of yield* changesOfTheDead((yield* Configured).baseline)) {
    yield* rememberChanges(changes, `run ${run}, which was killed,`)
    yield* dropConfiguration(run)
  }
  for (const change of yield* standingChanges()) {
    if (isPowerful(change)) return yield* new ConfigurationChanged({ change, by: change.by, accept: `rm ${yield* settingMemory}` })
    const message = `since an earlier run git's configuration is not as it was (${change.by} ran then): ${changeText(change)}`
    yield* board.emit({ type: "Warned", message, hint: `Undo it: ${undoCommand(change)}. Or accept it: rm ${yield* settingMemory}` })
  }
})
