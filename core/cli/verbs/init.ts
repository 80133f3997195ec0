import * as Effect from "effect/Effect"
import { link, unlink, writeFile } from "node:fs/promises"
import { nanoid } from "nanoid"
import { join } from "node:path"
import { settingsDraft, sharingLines } from "../../domain/settings/settingsDraft.ts"
import { worldAt } from "../../live.ts"
import { probeRemote } from "../../engine/doctor/probeRemote.ts"
import { findProject } from "../../steps/given/findProject.ts"
import { settingsName } from "../../steps/given/readSettings.ts"
import { Files } from "../../world/machine/files.ts"
import { Git } from "../../world/git/git.ts"
import { BuiltIn } from "../../world/pool/builtIn.ts"
import { Repository } from "../../world/git/repository.ts"
import { ask } from "../ask.ts"
import { UsageWrong } from "../commandLine.ts"
import { isSet, textFlag } from "../flags.ts"
import type { Call, Verb } from "../verb.ts"

/** Writes an osier.yaml from what is found; one that is there stays as it is. */
export const init: Verb = (call) =>
  Effect.gen(function* () {
    const { flags, json, screen } = call
    const [files, { root, tree = root, bare }] = [yield* Files, yield* Repository]
    if (bare)
      return yield* new UsageWrong({
        message: "a bare repository has no folder for osier.yaml",
        hint: "run it in a checkout, and commit the file there",
      })
    const path = join(tree, settingsName)
    const project = yield* findProject()
    const dryRun = isSet(flags, "dryRun")
    const there = (yield* files.stat(path)) !== undefined
    const remote = textFlag(flags, "remote") ?? (there || dryRun ? undefined : yield* askedFor(call))
    // A look ahead writes nothing, on the remote neither.
    const namespace = remote === undefined || remote === "none" ? undefined : dryRun ? "refs/osier/" : yield* probeRemote(remote)
    const shared = remote === undefined || namespace === undefined ? undefined : { remote, namespace }
    const text = settingsDraft(
      project,
      (yield* BuiltIn).flatMap(({ program = [] }) => program),
      shared,
    )
    const written = !there && !dryRun && (yield* Effect.promise(() => create(path, text)))
    if (json) {
      screen.out(JSON.stringify({ path, written, text, ...project, ...shared }))
      return 0 as const
    }
    if (dryRun) {
      screen.out(text)
      return 0 as const
    }
    const { bold, good, warn } = screen.paint
    if (!written) {
      screen.out(`${path} is there already and was left as it is.\nWhat osier would write: osier init --dry-run`)
      if (shared !== undefined)
        screen.out(
          `${shared.remote} takes osier's refs. To share through it, put this into osier.yaml:\n  ${sharingLines(shared).join("\n  ")}\nThen commit and push it: the others read it there.`,
        )
      return 0 as const
    }
    screen.out(`${good("wrote")} ${path}`)
    screen.out(
      project.gates.length === 0
        ? warn("  gates: none found, so work would be ungated: add one")
        : `  gates: ${project.gates.map(({ name, run }) => `${name} (${run})`).join(", ")}`,
    )
    screen.out(
      project.agents.length === 0 ? warn("  agents: none found on PATH: add one under agents") : `  agents: ${project.agents.join(", ")}`,
    )
    screen.out(
      shared === undefined
        ? "  remote: none; to share tasks with other machines: osier init --remote origin tries it out, and says what to write"
        : `  remote: ${shared.remote}, which takes osier's refs below ${shared.namespace}`,
    )
    screen.out(
      `\nLook at it, ${shared === undefined ? "commit it" : "commit and push it (the others read it there)"}, then:\n  ${bold("osier doctor")}\n  ${bold('osier run "what is to be done"')}`,
    )
    return 0 as const
  }).pipe(Effect.provide(worldAt(call.at)))

/** The remote that a person at a terminal wants to share through; nobody is asked where there is none. */
const askedFor = Effect.fnUntraced(function* ({ json, screen }: Call) {
  const [git, { root }] = [yield* Git, yield* Repository]
  const names = (yield* git.text(["remote"], { cwd: root })).split("\n").filter((name) => name !== "")
  const name = names.includes("origin") ? "origin" : names[0]
  if (name === undefined || json || !screen.asks) return undefined
  screen.out(
    `Others may work on the same tasks through ${name}. To see whether it allows that, one ref is pushed there and deleted at once.`,
  )
  return (yield* ask(`Share tasks and locks through ${name}?`)) ? name : undefined
})

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
