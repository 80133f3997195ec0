import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { open } from "../../core/osier.ts"
import { ground, shell } from "./ground.ts"
import type { Bench, Row } from "./row.ts"
import { inTurns, timed } from "./timed.ts"

const root = join(import.meta.dirname, "..", "..")
const built = join(root, "dist", process.platform === "win32" ? "osier.exe" : "osier")
/** The binary where there is one, else the source: how to start it, and what to call it. */
const program = (): { readonly argv: readonly [string, ...string[]]; readonly name: string } =>
  existsSync(built) ? { argv: [built], name: "binary" } : { argv: [process.execPath, join(root, "core/main.ts")], name: "source on Node" }

const quiet = `agents:\n  quiet: { adapter: shell, command: ["sleep", "600"] }\nagent: quiet\ngates:\n  test: { run: ["true"] }\n`

/** 13: how long the program takes to say little. */
const answers = async (tasks: number, rounds: number): Promise<readonly Row[]> => {
  await using place = await ground(10, { with: { "osier.yaml": quiet } })
  const { path, git } = place
  const { argv, name } = program()
  const [command, ...first] = argv
  const osier = (...args: readonly string[]) => timed(() => shell(path, command, ...first, ...args))
  await osier("--version")
  const version = await inTurns(
    rounds,
    () => osier("--version"),
    () => timed(() => git("--version")),
  )
  {
    await using store = await open(path)
    await store.addTasks(Array.from({ length: tasks }, (_, n) => `task number ${n}`))
  }
  const list = await inTurns(
    rounds,
    () => osier("ls"),
    () => timed(() => git("for-each-ref", "refs/osier/tasks")),
  )
  const note = name === "binary" ? {} : { note: "there is no binary: npm run build" }
  return [
    {
      number: "13",
      measure: `--version, ${name}`,
      unit: "ms",
      ...version,
      target: "≤ 6 ×",
      goal: { type: "ratio", least: 1 / 6 },
      ...note,
    },
    {
      number: "13",
      measure: `ls with ${tasks} tasks, ${name}`,
      unit: "ms",
      ...list,
      target: "≤ 8 ×",
      goal: { type: "ratio", least: 1 / 8 },
      ...note,
    },
  ]
}

/** 15: what stays resident while agents say nothing. */
const resident = async (agents: number): Promise<Row> => {
  await using place = await ground(20, { with: { "osier.yaml": quiet } })
  const { argv, name } = program()
  const [command, ...first] = argv
  const names = Array.from({ length: agents }, (_, n) => `quiet ${n}`)
  const child = spawn(command, [...first, "run", "-j", String(agents), ...names], { cwd: place.path, stdio: "ignore", detached: true })
  const over = once(child, "close")
  const journal = join(place.path, ".git/osier/journal.jsonl")
  const started = () => (existsSync(journal) ? (readFileSync(journal, "utf8").match(/"type":"AgentStarted"/g) ?? []).length : 0)
  const faults: string[] = []
  const until = performance.now() + 90_000
  while (started() < agents && child.exitCode === null && performance.now() < until) await new Promise((wake) => setTimeout(wake, 200))
  if (started() < agents) faults.push(`only ${started()} of ${agents} agents started`)
  const kilobytes = child.exitCode === null ? Number(await shell(place.path, "ps", "-o", "rss=", "-p", String(child.pid))) : NaN
  // the first asks for a drain, the second stops the agents
  child.kill("SIGINT")
  await new Promise((wake) => setTimeout(wake, 500))
  child.kill("SIGINT")
  await over
  return {
    number: "15",
    measure: `resident memory beside ${agents} quiet agents, ${name}`,
    unit: "MB",
    ours: [kilobytes / 1024],
    anchor: [],
    target: "≤ 200 MB",
    goal: { type: "limit", most: 200 },
    faults,
  }
}

/** 13 and 15: the program as it is shipped. */
export const programs: Bench = {
  numbers: ["13", "15"],
  rows: async ({ full }, wanted) => [
    ...(wanted("13") ? await answers(1000, full ? 51 : 15) : []),
    ...(wanted("15") ? [await resident(100)] : []),
  ],
}
