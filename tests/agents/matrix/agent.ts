import { join } from "node:path"
import { completions } from "./completions.ts"
import { messages } from "./messages.ts"
import { responses } from "./responses.ts"
import type { Asked, Call, Step, Wire } from "./step.ts"

export type AgentName = "claude" | "codex" | "pi"

/** What has to be known of a program to let it ask a model of ours, with a key that opens nothing. */
export interface Agent {
  readonly name: AgentName
  readonly wire: Wire
  /** Words of its profile in `osier.yaml`. */
  readonly profile: string
  readonly env: (port: number) => Readonly<Record<string, string>>
  /** The variable with its key. */
  readonly key: string
  /** Its settings, by their path in HOME. */
  readonly files: (port: number) => Readonly<Record<string, string>>
  readonly callOf: (asked: Asked, step: Step) => Call
}

const callBy =
  (bash: (command: string) => Call, write: (path: string, text: string) => Call) =>
  (asked: Asked, step: Step): Call => {
    if ("bash" in step) return bash(step.bash)
    if ("write" in step) return write(join(asked.tree, step.write), step.text)
    if ("tool" in step || "say" in step) return step
    throw new Error(`no answer: ${JSON.stringify(step)}`)
  }

/** Few retries, so that a program gives up in seconds. */
const claude: Agent = {
  name: "claude",
  wire: messages,
  profile: "adapter: claude",
  key: "ANTHROPIC_API_KEY",
  env: (port) => ({
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_MAX_RETRIES: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_AUTOUPDATER: "1",
  }),
  files: () => ({}),
  callOf: callBy(
    (command) => ({ tool: "Bash", input: { command, description: "A step" } }),
    (path, text) => ({ tool: "Write", input: { file_path: path, content: text } }),
  ),
}

const codexSettings = (port: number) => `model = "scripted"
model_provider = "scripted"
check_for_update_on_startup = false
[analytics]
enabled = false
[feedback]
enabled = false
[model_providers.scripted]
name = "scripted"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
env_key = "OPENAI_API_KEY"
request_max_retries = 1
stream_max_retries = 1
`

const codex: Agent = {
  name: "codex",
  wire: responses,
  profile: "adapter: codex",
  key: "OPENAI_API_KEY",
  env: () => ({}),
  files: (port) => ({ ".codex/config.toml": codexSettings(port) }),
  callOf: callBy(
    (cmd) => ({ tool: "exec_command", input: { cmd, yield_time_ms: 30_000 } }),
    (path, text) => ({ tool: "exec_command", input: { cmd: `printf '%s' '${text}' > '${path}'` } }),
  ),
}

const piModels = (port: number) => ({
  providers: {
    scripted: {
      baseUrl: `http://127.0.0.1:${port}/v1`,
      api: "openai-completions",
      apiKey: "$OPENAI_API_KEY",
      models: [
        {
          id: "scripted",
          input: ["text"],
          contextWindow: 200_000,
          maxTokens: 8192,
          cost: { input: 3, output: 15, cacheRead: 0, cacheWrite: 0 },
        },
      ],
    },
  },
})

const pi: Agent = {
  name: "pi",
  wire: completions,
  profile: "adapter: pi, model: scripted/scripted",
  key: "OPENAI_API_KEY",
  env: () => ({ PI_OFFLINE: "1", PI_TELEMETRY: "0", PI_SKIP_VERSION_CHECK: "1" }),
  files: (port) => ({
    ".pi/agent/models.json": JSON.stringify(piModels(port)),
    ".pi/agent/settings.json": JSON.stringify({ retry: { enabled: true, maxRetries: 1, baseDelayMs: 200 } }),
  }),
  callOf: callBy(
    (command) => ({ tool: "bash", input: { command } }),
    (path, text) => ({ tool: "write", input: { path, content: text } }),
  ),
}

/** The programs of the matrix, one a column. */
export const agents: readonly Agent[] = [claude, codex, pi]
