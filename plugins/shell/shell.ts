import { accessSync, constants, statSync } from "node:fs"
import { delimiter, join } from "node:path"
import { type Exit, hear, lastLine, startProgram, wasStopped } from "../../core/kit/index.ts"
import type { Adapter, AdapterEvent, Detection, Job, Outcome } from "../../core/plugin.ts"

/** How much of what the command printed, and of what it said when it failed, is kept as its closing words. */
const closingWords = 4000

const outcomeOf = (command: readonly string[], exit: Exit, text: string): Outcome => {
  const name = command[0] ?? "the command"
  const said = lastLine(exit.stderr)
  const because = said === "" ? "" : `: ${said}`
  const absent = { ok: false, class: "environment", broken: true } as const
  if (exit.error !== undefined) return { ...absent, reason: `${name} could not be started: ${exit.error}` }
  if (exit.code === 0 && !exit.stopped) return { ok: true, reason: "exit 0", ...(text === "" ? {} : { text }) }
  if (wasStopped(exit)) return { ok: false, class: "cancelled", reason: `${name} was stopped` }
  // EX_TEMPFAIL of sysexits.h: the one way a wrapper has to say that its provider is over quota, not the work bad
  if (exit.code === 75) return { ok: false, class: "provider", reason: `exit 75, to be tried later${because}` }
  // 126 and 127 are the shell's words for "not executable" and "not found": no other attempt can do better
  if (exit.code === 126 || exit.code === 127) return { ...absent, reason: `exit ${exit.code}${because}` }
  if (exit.signal !== null) return { ok: false, class: "crash", reason: `killed by ${exit.signal}${because}` }
  return { ok: false, class: "work", reason: `exit ${exit.code}${because}`, ...(text === "" ? {} : { text }) }
}

async function* run(job: Job, signal: AbortSignal): AsyncGenerator<AdapterEvent> {
  const command = [...(job.command ?? []), ...(job.args ?? [])]
  if (job.command === undefined || job.command.length === 0) {
    yield {
      type: "ended",
      outcome: { ok: false, class: "plan", reason: "a shell agent needs a command" },
    }
    return
  }
  // to the group: `sh -c "a; b"` dies of a signal itself but leaves `a` running
  const stop = { signal: "SIGTERM", to: "group" } as const
  const program = startProgram({ command, cwd: job.cwd, env: job.env, input: job.prompt, stop, maxLine: 65_536 }, signal)
  let text = ""
  try {
    if (program.pid !== undefined) yield { type: "started", pid: program.pid }
    for await (const heard of hear(program)) {
      if (heard.type === "alive") {
        yield { type: "alive" }
        continue
      }
      text = `${text}${text === "" ? "" : "\n"}${heard.text}`.slice(-closingWords)
      yield { type: "said", text: heard.text }
    }
    const exit = await program.exit
    const failed = exit.error === undefined && exit.code !== 0 && !wasStopped(exit)
    // why it failed is on stderr as a rule, and the next attempt has nothing else to learn from
    for (const line of failed ? exit.stderr.slice(-closingWords).split("\n") : []) {
      if (line.trim() === "") continue
      text = `${text}${text === "" ? "" : "\n"}${line}`.slice(-closingWords)
      yield { type: "said", text: line }
    }
    yield { type: "ended", outcome: outcomeOf(command, exit, text) }
  } finally {
    program.stop()
    await program.exit
  }
}

const executable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

const detect = async (env: Readonly<Record<string, string>>, command?: readonly string[]): Promise<Detection> => {
  const name = command?.[0]
  if (name === undefined) return { found: true, billing: "none" }
  // a relative path is relative to a tree that does not exist yet
  if (name.includes("/") && !name.startsWith("/")) return { found: true, billing: "none" }
  const folders = name.startsWith("/") ? [""] : (env["PATH"] ?? "").split(delimiter)
  if (folders.some((folder) => executable(join(folder, name)))) return { found: true, billing: "none" }
  return { found: false, hint: `install ${name}, or give the agent's command with its full path` }
}

/** Runs a command of the profile: the prompt on its stdin, the task in `OSIER_*`, its exit code as the answer. */
export const shell: Adapter = { name: "shell", needsCommand: true, detect, run }
