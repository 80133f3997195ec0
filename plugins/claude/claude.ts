import { existsSync } from "node:fs"
import { join } from "node:path"
import { detectVersion, homeOf, jsonLines, startProgram } from "../../core/kit/index.ts"
import type { Adapter, Detection, Job } from "../../core/plugin.ts"
import { claudeArguments } from "./claudeArguments.ts"
import { claudeReader, install } from "./claudeReader.ts"

const facts = {
  name: "claude",
  program: "claude",
  env: ["ANTHROPIC_*", "CLAUDE_*", "AWS_REGION", "AWS_PROFILE", "CLOUD_ML_REGION", "DISABLE_TELEMETRY", "DISABLE_AUTOUPDATER"],
  home: { variable: "CLAUDE_CONFIG_DIR", folder: ".claude" },
} as const

const isRoot = () => process.getuid?.() === 0

const run = (job: Job, signal: AbortSignal) => {
  const command = [...(job.command ?? [facts.program]), ...claudeArguments(job, isRoot())]
  // SIGINT would end it with exit 0; SIGTERM kills its tools as well and says 143
  const stop = { signal: "SIGTERM", to: "leader" } as const
  return jsonLines(startProgram({ command, cwd: job.cwd, env: job.env, input: job.prompt, stop }, signal), claudeReader())
}

const login = (env: Readonly<Record<string, string>>): Pick<Detection, "loggedIn" | "billing"> => {
  if (env["ANTHROPIC_API_KEY"] !== undefined) return { loggedIn: true, billing: "api" }
  if (env["CLAUDE_CODE_OAUTH_TOKEN"] !== undefined) return { loggedIn: true, billing: "subscription" }
  const folder = homeOf(facts.home, env)
  // on macOS the login is in the keychain, so a missing file proves nothing
  return existsSync(join(folder, ".credentials.json")) ? { loggedIn: true, billing: "subscription" } : { billing: "unknown" }
}

const detect = async (env: Readonly<Record<string, string>>, command?: readonly string[]): Promise<Detection> => {
  const detection = await detectVersion(command ?? [facts.program], env, install)
  return detection.found ? { ...detection, ...login(env) } : detection
}

/** Drives Claude Code through its stream of JSON lines. */
export const claude: Adapter = { ...facts, detect, run }
