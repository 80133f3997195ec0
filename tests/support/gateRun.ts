import { nanoid } from "nanoid"
import { join } from "node:path"
import type { Gate } from "../../core/domain/settings/settings.ts"
import { runGate } from "../../core/steps/gate/runGate.ts"
import { makeFolder, makeRepo } from "./repo.ts"
import { inWorld } from "./world.ts"

/** Runs one gate in a folder, with the log it wrote. */
export const run = async (given: Gate, cwd = makeFolder(), env: Record<string, string> = {}) => {
  const log = join(makeFolder(), "a b.log")
  const path = process.env["PATH"] ?? ""
  const said = await inWorld(
    makeRepo().path,
    runGate({ gate: given, cwd, env: { PATH: path, ...env }, traces: { mark: `test/${nanoid()}`, folder: cwd }, log, graceMs: 300 }),
  )
  return { ...said, log }
}
