import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { join } from "node:path"
import { fileText } from "../../domain/text/fileText.ts"
import type { Settings } from "../../domain/settings/settings.ts"
import { resolveSettings, SettingsRefused } from "../../domain/settings/settingsFile.ts"
import { variableOf } from "../../domain/settings/settingsDocs.ts"
import { Files } from "../../world/machine/files.ts"
import { BuiltIn } from "../../world/pool/builtIn.ts"
import { Objects } from "../../world/git/objects.ts"
import { Repository } from "../../world/git/repository.ts"
import { Environment } from "../../world/machine/environment.ts"

export const settingsName = "osier.yaml"

/** Settings, and the text they came from: the gates of a run may come from another version of the file. */
export interface ReadSettings {
  readonly settings: Settings
  readonly workingText: string | undefined
}

/** Settings by their keys, as flags give them: `limits.attempt`, `keep_branch`. */
export type GivenSettings = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

/** The settings of the repository: flags over variables over `osier.yaml` over defaults. Fails with every mistake at once. */
export const readSettings = Effect.fn("readSettings")(function* (flags: GivenSettings = {}) {
  const files = yield* Files
  const { root, bare } = yield* Repository
  const env = yield* Environment
  const workingText = bare
    ? yield* textAtTip(flags["target"] ?? env[variableOf("target")])
    : yield* Effect.flatMap(files.read(join(root, settingsName)), (bytes) => settingsText(bytes, settingsName))
  const { settings, problems } = resolveSettings({
    fileText: workingText,
    path: settingsName,
    env,
    flags,
    adapters: yield* BuiltIn,
  })
  if (problems.length > 0) return yield* SettingsRefused.of(problems)
  return { settings, workingText } satisfies ReadSettings
})

/** A bare repository has no working copy: what the target's tip says holds, or that of its HEAD when no target was given. */
const textAtTip = Effect.fnUntraced(function* (target: GivenSettings[string]) {
  const objects = yield* Objects
  const name = typeof target === "string" ? `refs/heads/${target}` : "HEAD"
  const found = yield* objects.read(`${name}:${settingsName}`)
  return yield* settingsText(found?.type === "blob" ? found.data : undefined, settingsName)
})

/** The text of a settings file; a letter that can't be read is never another one. */
const settingsText = Effect.fnUntraced(function* (bytes: Uint8Array | undefined, path: string) {
  if (bytes === undefined) return undefined
  const text = fileText(bytes, path)
  return Result.isSuccess(text) ? text.success : yield* SettingsRefused.of([text.failure])
})
