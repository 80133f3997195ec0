import { existsSync } from "node:fs"
import { join } from "node:path"
import { detectVersion, homeOf, jsonLines, startProgram } from "../../core/kit/index.ts"
import type { Adapter, Detection, Job } from "../../core/plugin.ts"
import { codexArguments } from "./codexArguments.ts"
import { codexReader, install } from "./codexReader.ts"

const facts = {
  name: "codex",
  program: "codex",
  env: ["OPENAI_*", "CODEX_*"],
  home: { variable: "CODEX_HOME", folder: ".codex" },
} as const

const run = (job: Job, signal: AbortSignal) => {
  const command = [...(job.command ?? [facts.program]), ...codexArguments(job)]
  // SIGTERM would orphan the tool it is running; SIGINT takes it along
  const stop = { signal: "SIGINT", to: "leader" } as const
  return jsonLines(startProgram({ command, cwd: job.cwd, env: job.env, input: job.prompt, stop }, signal), codexReader())
}

const login = (env: Readonly<Record<string, string>>): Pick<Detection, "loggedIn" | "billing"> => {
  if (env["CODEX_API_KEY"] !== undefined || env["OPENAI_API_KEY"] !== undefined) return { loggedIn: true, billing: "api" }
  const folder = homeOf(facts.home, env)
  // a model provider of its own in config.toml needs no login, so a missing file proves nothing
  return existsSync(join(folder, "auth.json")) ? { loggedIn: true, billing: "unknown" } : { billing: "unknown" }
}

const detect = async (env: Readonly<Record<string, string>>, command?: readonly string[]): Promise<Detection> => {
  const detection = await detectVersion(command ?? [facts.program], env, install)
  return detection.found ? { ...detection, ...login(env) } : detection
}

/** Drives Codex through `codex exec --json`. */
export const codex: Adapter = { ...facts, detect, run }
