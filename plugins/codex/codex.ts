import { existsSync } from "node:fs"
import { join } from "node:path"
import { detectVersion, jsonLines, startProgram } from "../../core/kit/index.ts"
import type { Adapter, Detection, Job } from "../../core/plugin.ts"
import { codexArguments } from "./codexArguments.ts"
import { codexReader, install } from "./codexReader.ts"

const run = (job: Job, signal: AbortSignal) => {
  const command = [...(job.command ?? ["codex"]), ...codexArguments(job)]
  // SIGTERM would orphan the tool it is running; SIGINT takes it along
  const stop = { signal: "SIGINT", to: "leader" } as const
  return jsonLines(startProgram({ command, cwd: job.cwd, env: job.env, input: job.prompt, stop }, signal), codexReader())
}

const login = (env: Readonly<Record<string, string>>): Pick<Detection, "loggedIn" | "billing"> => {
  if (env["CODEX_API_KEY"] !== undefined || env["OPENAI_API_KEY"] !== undefined) return { loggedIn: true, billing: "api" }
  const folder = env["CODEX_HOME"] ?? join(env["HOME"] ?? "/", ".codex")
  // a model provider of its own in config.toml needs no login, so a missing file proves nothing
  return existsSync(join(folder, "auth.json")) ? { loggedIn: true, billing: "unknown" } : { billing: "unknown" }
}

const detect = async (env: Readonly<Record<string, string>>, command?: readonly string[]): Promise<Detection> => {
  const detection = await detectVersion(command ?? ["codex"], env, install)
  return detection.found ? { ...detection, ...login(env) } : detection
}

/** Drives Codex through `codex exec --json`. */
export const codex: Adapter = { name: "codex", detect, run }
