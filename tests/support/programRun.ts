import { tmpdir } from "node:os"
import type { ProgramOptions } from "../../core/kit/index.ts"

/** How a shell script is started: nothing in its environment but PATH, and little patience. */
export const options = (script: string, more: Partial<ProgramOptions> = {}): ProgramOptions => ({
  command: ["sh", "-c", script],
  cwd: tmpdir(),
  env: { PATH: process.env["PATH"] ?? "" },
  stop: { signal: "SIGTERM", to: "leader", graceMs: 200 },
  ...more,
})
