import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { gateInputs, settingsPath, touchedInputs } from "../../domain/settings/gateInputs.ts"
import type { Listed } from "../../domain/settings/gateInputs.ts"
import { termsDifference } from "../../domain/settings/gateTerms.ts"
import { Git } from "../../world/git/git.ts"
import { Objects } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"
import { gateTermsAt } from "./gateSettings.ts"
import type { GatesInForce, ResolveSettings } from "./gateSettings.ts"
import { overlayInputs } from "./overlayInputs.ts"
import { pathsBetween } from "../commit/changesBetween.ts"

/** What a candidate does to the gates that judge it. */
export interface GateChange {
  /** Paths of gate inputs that it changes; any of them holds it. */
  readonly held: readonly string[]
  /** Changed tests and scripts: told, not refused. */
  readonly shown: readonly string[]
  /** How its own settings would judge otherwise. */
  readonly difference: readonly string[]
}

const Scripts = Schema.fromJsonString(Schema.Struct({ scripts: Schema.optionalKey(Schema.Unknown) }))
const readScripts = Schema.decodeUnknownOption(Scripts)

/** Which gate inputs of the target a candidate changes. A settings file that can't be read counts as changed. */
export const gateChange = Effect.fn("gateChange")(function* (input: {
  /**
   * A commit or a tree. Before landing it must be the integrated tree, without a `base`: a merge that follows a rename
   * carries a branch's change into a gate input that the branch itself never named.
   */
  readonly candidate: string
  /** The target's tip, whose gates are in force. */
  readonly target: string
  /**
   * What the candidate's own part is compared with: the merge base of a branch that lags behind, so that what the target
   * changed since isn't blamed on it. Default: the target.
   */
  readonly base?: string
  readonly inForce: GatesInForce
  readonly resolve: ResolveSettings
}) {
  const { candidate, target, base = target, inForce, resolve } = input
  const changed = yield* pathsBetween(base, candidate)
  const listing = yield* listTarget(target)
  const settingsTouched = changed.includes(settingsPath)
  const difference = settingsTouched ? yield* settingsDifference(candidate, base, inForce, resolve) : []
  const scripts = new Map<string, boolean>()
  for (const path of changed)
    if (/(?:^|\/)package\.json$/.test(path)) scripts.set(path, (yield* scriptsAt(base, path)) !== (yield* scriptsAt(candidate, path)))
  const touched = touchedInputs(changed, gateInputs(inForce, listing), {
    settings: difference.length > 0,
    scripts: (path) => scripts.get(path) ?? false,
  })
  return { ...touched, difference } satisfies GateChange
})

/** The tree of a gate change as the target's own inputs would have it; it must pass like the candidate itself. */
export const overlaid = (input: {
  readonly candidate: string
  readonly target: string
  readonly change: GateChange
  readonly objectFolders?: readonly string[]
}) =>
  overlayInputs({
    candidate: input.candidate,
    target: input.target,
    paths: input.change.held,
    ...(input.objectFolders === undefined ? {} : { objectFolders: input.objectFolders }),
  })

const settingsDifference = Effect.fnUntraced(function* (candidate: string, base: string, inForce: GatesInForce, resolve: ResolveSettings) {
  const theirs = yield* gateTermsAt(candidate, resolve).pipe(
    Effect.catchTag("SettingsRefused", (refused) => Effect.succeed(refused.message.split("\n")[0] ?? "it can't be read")),
  )
  if (typeof theirs === "string") return [theirs]
  // Taken away: from then on a working copy's file would judge, or nothing.
  if (theirs === undefined) return inForce.from === "target" ? [`${settingsPath} is removed`] : []
  const difference = termsDifference(inForce, theirs)
  if (difference.length === 0) return []
  // The target may have gone on since the branch was cut; only what the branch itself changed is its own.
  const before = yield* gateTermsAt(base, resolve).pipe(Effect.catchTag("SettingsRefused", () => Effect.succeed(undefined)))
  return before !== undefined && termsDifference(before, theirs).length === 0 ? [] : difference
})

/** Every path of the target's tree, and where its links point. */
const listTarget = Effect.fnUntraced(function* (target: string) {
  const git = yield* Git
  const objects = yield* Objects
  const { commonDir } = yield* Repository
  const rows = yield* git.fields(["--git-dir", commonDir, "ls-tree", "-r", "-z", "--full-tree", target], { cwd: commonDir })
  return yield* Effect.forEach(
    rows,
    Effect.fnUntraced(function* (row): Effect.fn.Return<Listed, Effect.Error<ReturnType<typeof objects.read>>> {
      const tab = row.indexOf("\t")
      const path = row.slice(tab + 1)
      const [mode, , oid = ""] = row.slice(0, tab).split(" ")
      if (mode !== "120000") return { path }
      const link = yield* objects.read(oid)
      return { path, link: link?.data.toString() ?? "" }
    }),
  )
})

/** The `scripts` of one package, as text to compare; a name with a line break can't be asked for and counts as changed. */
const scriptsAt = Effect.fnUntraced(function* (commit: string, path: string) {
  const objects = yield* Objects
  const found = path.includes("\n") ? undefined : yield* objects.read(`${commit}:${path}`)
  if (found === undefined) return path.includes("\n") ? commit : ""
  const read = readScripts(found.data.toString())
  return read._tag === "Some" ? JSON.stringify(read.value.scripts ?? {}) : found.oid
})
