import { existsSync } from "node:fs"
import { join } from "node:path"
import { detectVersion, homeOf, jsonLines, startProgram } from "../../core/kit/index.ts"
import type { Adapter, Detection, Job } from "../../core/plugin.ts"
import { piArguments } from "./piArguments.ts"
import { install, piReader } from "./piReader.ts"

const facts = {
  name: "pi",
  program: "pi",
  env: ["PI_*", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY"],
  home: { variable: "PI_CODING_AGENT_DIR", folder: ".pi/agent" },
} as const

const run = (job: Job, signal: AbortSignal) => {
  const command = [...(job.command ?? [facts.program]), ...piArguments(job)]
  // SIGINT would orphan the tool it is running; SIGTERM takes it along
  const stop = { signal: "SIGTERM", to: "leader" } as const
  return jsonLines(startProgram({ command, cwd: job.cwd, env: job.env, input: job.prompt, stop }, signal), piReader())
}

const detect = async (env: Readonly<Record<string, string>>, command?: readonly string[]): Promise<Detection> => {
  const detection = await detectVersion(command ?? [facts.program], env, install)
  if (!detection.found) return detection
  const folder = homeOf(facts.home, env)
  // keys may also come from the environment under many names, so a missing file proves nothing
  return existsSync(join(folder, "auth.json")) ? { ...detection, loggedIn: true, billing: "unknown" } : { ...detection, billing: "unknown" }
}

/** Drives pi through `pi --mode json`. */
export const pi: Adapter = { ...facts, detect, run }
