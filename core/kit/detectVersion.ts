import { tmpdir } from "node:os"
import type { Detection } from "../plugin.ts"
import { startProgram } from "./program.ts"

/** Asks a program for its version, and for nothing else; a program that doesn't answer in time counts as not found. */
export const detectVersion = async (
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  install: string,
  timeoutMs = 10_000,
): Promise<Detection> => {
  const options = {
    command: [...command, "--version"],
    cwd: tmpdir(),
    env,
    stop: { signal: "SIGTERM", to: "group", graceMs: 500 },
  } as const
  const program = startProgram(options, AbortSignal.timeout(timeoutMs))
  let version: string | undefined
  for await (const line of program.lines) version ??= /\d+\.\d+[\w.+-]*/.exec(line)?.[0]
  const exit = await program.exit
  if (exit.code === 0) return { found: true, ...(version === undefined ? {} : { version }) }
  const name = command[0] ?? "the program"
  if (exit.error === "ENOENT") return { found: false, hint: install }
  if (exit.stopped) return { found: false, hint: `${name} --version did not answer within ${timeoutMs / 1000} s` }
  return {
    found: false,
    hint: `${name} --version failed (${exit.error ?? exit.signal ?? `exit ${exit.code}`}); ${install}`,
  }
}
