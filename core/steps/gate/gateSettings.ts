import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { fileText } from "../../domain/text/fileText.ts"
import { settingsPath } from "../../domain/settings/gateInputs.ts"
import { gateTerms, termsDifference } from "../../domain/settings/gateTerms.ts"
import type { GateTerms } from "../../domain/settings/gateTerms.ts"
import type { Problem } from "../../domain/text/problem.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import { SettingsRefused } from "../../domain/settings/settingsFile.ts"
import { termsHash } from "../../domain/settings/verdictKey.ts"
import { ObjectFailed, Objects } from "../../world/git/objects.ts"

/** What judges from now on, and where that is written. */
export interface GatesInForce extends GateTerms {
  /** `defaults`: there is no settings file anywhere, so there are no gates either. */
  readonly from: "target" | "working copy" | "defaults"
  readonly hash: string
  /** Said once, when the working copy would judge otherwise than the target does. */
  readonly warning?: { readonly message: string; readonly hint: string }
}

/** Turns the text of a settings file into settings; the caller closes over flags and variables. */
export type ResolveSettings = (
  fileText: string | undefined,
  path: string,
) => { readonly settings: Settings; readonly problems: readonly Problem[] }

/** The judging part of a commit's own settings file; undefined when the commit has none. */
export const gateTermsAt = Effect.fn("gateTermsAt")(function* (commit: string, resolve: ResolveSettings) {
  const objects = yield* Objects
  const found = yield* objects.read(`${commit}:${settingsPath}`)
  if (found === undefined) {
    // A commit that isn't there has no settings file either, but that is no answer.
    if ((yield* objects.look(`${commit}^{tree}`)) === undefined)
      return yield* new ObjectFailed({ name: commit, reason: "there is no such commit" })
    return undefined
  }
  const path = `${settingsPath} at ${commit.slice(0, 12)}`
  // A symbolic link, a folder: what it would lead to is not part of the judged tree.
  if (found.type !== "blob") {
    const problem = { file: path, message: "is no file", hint: `make ${settingsPath} a plain file in the target branch` }
    return yield* SettingsRefused.of([problem])
  }
  const text = fileText(found.data, path)
  if (Result.isFailure(text)) return yield* SettingsRefused.of([text.failure])
  const { settings, problems } = resolve(text.success, path)
  return problems.length > 0 ? yield* SettingsRefused.of(problems) : gateTerms(settings)
})

/**
 * The gates that judge everything that wants into the target: those of the target's own tip, which no branch can change
 * before it has passed them. A tip that can't be read judges nothing, so this fails then.
 */
export const gatesInForce = Effect.fn("gatesInForce")(function* (input: {
  readonly targetCommit: string
  /** The working copy's settings file, when there is one. */
  readonly workingText?: string | undefined
  readonly resolve: ResolveSettings
}): Effect.fn.Return<GatesInForce, SettingsRefused | ObjectFailed, Objects> {
  const { targetCommit, workingText, resolve } = input
  const ofTarget = yield* gateTermsAt(targetCommit, resolve)
  const working = resolve(workingText, settingsPath)
  if (ofTarget === undefined) {
    if (working.problems.length > 0) return yield* SettingsRefused.of(working.problems)
    const terms = gateTerms(working.settings)
    return { ...terms, from: workingText === undefined ? "defaults" : "working copy", hash: termsHash(terms) }
  }
  const inForce: GatesInForce = { ...ofTarget, from: "target", hash: termsHash(ofTarget) }
  // A broken working copy is told by whoever needs its other keys; here it only can't be compared.
  if (workingText === undefined || working.problems.length > 0) return inForce
  const difference = termsDifference(ofTarget, gateTerms(working.settings))
  if (difference.length === 0) return inForce
  return {
    ...inForce,
    warning: {
      message: `${settingsPath} of the target judges, not the one of your checkout, which differs: ${difference.join("; ")}`,
      hint: `Commit ${settingsPath} to the target branch to put it in force.`,
    },
  }
})
