import * as Effect from "effect/Effect"
import { link, unlink, writeFile } from "node:fs/promises"
import { nanoid } from "nanoid"
import { join } from "node:path"
import { settingsDraft } from "../../domain/settingsDraft.ts"
import { worldAt } from "../../engine/liveWorld.ts"
import { findProject } from "../../steps/findProject.ts"
import { settingsName } from "../../steps/readSettings.ts"
import { Files } from "../../world/files.ts"
import { Repository } from "../../world/repository.ts"
import { UsageWrong } from "../commandLine.ts"
import { isSet } from "../flags.ts"
import type { Verb } from "../verb.ts"

/** Writes an osier.yaml from what is found; one that is there stays as it is. */
export const init: Verb = ({ flags, json, screen, at }) =>
  Effect.gen(function* () {
    const [files, { root, tree = root, bare }] = [yield* Files, yield* Repository]
    if (bare)
      return yield* new UsageWrong({
        message: "a bare repository has no folder for osier.yaml",
        hint: "run it in a checkout, and commit the file there",
      })
    const path = join(tree, settingsName)
    const project = yield* findProject()
    const text = settingsDraft(project)
    const dryRun = isSet(flags, "dryRun")
    const there = (yield* files.stat(path)) !== undefined
    const written = !there && !dryRun && (yield* Effect.promise(() => create(path, text)))
    if (json) {
      screen.out(JSON.stringify({ path, written, text, ...project }))
      return 0 as const
    }
    if (dryRun) {
      screen.out(text)
      return 0 as const
    }
    if (!written) {
      screen.out(`${path} is there already and was left as it is.\nWhat osier would write: osier init --dry-run`)
      return 0 as const
    }
    const { bold, good, warn } = screen.paint
    screen.out(`${good("wrote")} ${path}`)
    screen.out(
      project.gates.length === 0
        ? warn("  gates: none found, so work would be ungated: add one")
        : `  gates: ${project.gates.map(({ name, run }) => `${name} (${run})`).join(", ")}`,
    )
    screen.out(
      project.agents.length === 0 ? warn("  agents: none found on PATH: add one under agents") : `  agents: ${project.agents.join(", ")}`,
    )
    screen.out(`\nLook at it, commit it, then:\n  ${bold("osier doctor")}\n  ${bold('osier run "what is to be done"')}`)
    return 0 as const
  }).pipe(Effect.provide(worldAt(at)))

/** Whole or not at all, and never over a file that somebody made meanwhile: a link fails where a rename would replace. */
const create = async (path: string, text: string): Promise<boolean> => {
  const draft = `${path}.${nanoid()}`
  await writeFile(draft, text, { flag: "wx" })
  try {
    await link(draft, path)
    return true
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false
    // Some file systems have no links; exclusive creation is the next best.
    await writeFile(path, text, { flag: "wx" })
    return true
  } finally {
    await unlink(draft)
  }
}
