import { execFile, spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { devNull, tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { promisify } from "node:util"
import { readEventLine } from "../../../core/domain/event/eventLine.ts"
import type { Event } from "../../../core/domain/event/event.ts"
import type { Attempt, Task } from "../../../core/domain/task/task.ts"
import { straysOf } from "../../../scripts/attack/strays.ts"
import type { Stray } from "../../../scripts/attack/strays.ts"
import type { Agent } from "./agent.ts"
import { openModel } from "./model.ts"
import type { Model } from "./model.ts"

export interface Ended {
  readonly code: number | null
  readonly said: string
}

/** An osier that is on. */
export interface Started {
  readonly ended: Promise<Ended>
  readonly signal: (name: NodeJS.Signals) => void
  readonly isOver: () => boolean
}

/** A throw-away repository with one real agent program, whose model and whose HOME are ours. */
export interface House extends AsyncDisposable {
  readonly agent: Agent
  readonly model: Model
  readonly repo: string
  readonly git: (...args: readonly string[]) => Promise<string>
  readonly osier: (...args: readonly string[]) => Promise<Ended>
  readonly start: (...args: readonly string[]) => Started
  readonly events: () => readonly Event[]
  /** Waits for an event that fits; fails when none comes within a minute and a half, or when that run ends without it. */
  readonly until: <A>(run: Started, pick: (event: Event) => A | undefined) => Promise<A>
  readonly task: (id?: number) => Promise<Task>
  readonly attempts: (id?: number) => Promise<readonly Attempt[]>
  /** A file of the target; "" when it is not there. */
  readonly landed: (path: string) => Promise<string>
  readonly strays: () => readonly Stray[]
}

export interface Wish {
  readonly agent: Agent
  /** The folder with the pinned programs. */
  readonly bin: string
  /** Limits of `osier.yaml`, and further lines of the profile and of the file. */
  readonly limits?: string
  readonly profile?: string
  readonly noKey?: boolean
  readonly env?: Readonly<Record<string, string>>
}

const runFile = promisify(execFile)
const osierAt = join(import.meta.dirname, "..", "..", "..", "core", "main.mjs")
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Nothing of this machine's user but the programs: no settings, no keys. */
const environmentIn = (folder: string, { agent, bin, noKey, env }: Wish, port: number): NodeJS.ProcessEnv => ({
  PATH: [bin, dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter),
  HOME: join(folder, "home"),
  TMPDIR: join(folder, "tmp"),
  LANG: "C.UTF-8",
  TZ: "UTC",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: devNull,
  NO_COLOR: "1",
  ...(noKey === true ? {} : { [agent.key]: "test-key" }),
  ...agent.env(port),
  ...env,
})

const settings = ({ agent, limits = "", profile = "" }: Wish): string => `target: main
agents:
  worker: { ${agent.profile}${profile === "" ? "" : `, ${profile}`} }
agent: worker
gates:
  notes: { run: ["sh", "gate.sh"], timeout: 1m }
limits: { grace: 2s, attempt: 100s, idle: 60s, retries: 1${limits === "" ? "" : `, ${limits}`} }
`

/** A red commit is one with a wrong note. */
const gate = `if grep -q wrong notes/*; then echo "the note is $(cat notes/* | head -n 1)"; exit 1; fi\n`

const plant = (folder: string, files: Readonly<Record<string, string>>) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

const patienceMs = 150_000

/** Starts osier, and ends what is left of it. */
const starter = (cwd: string, env: NodeJS.ProcessEnv) => {
  const started = new Set<Started>()
  const start = (...args: readonly string[]): Started => {
    const child = spawn(process.execPath, [osierAt, ...args], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] })
    let [said, over] = ["", false]
    for (const pipe of [child.stdout, child.stderr]) pipe.on("data", (chunk: Buffer) => (said += chunk.toString()))
    const timer = setTimeout(() => void child.kill("SIGKILL"), patienceMs)
    const ended = new Promise<Ended>((resolve) =>
      child.once("close", (code) => {
        clearTimeout(timer)
        over = true
        resolve({ code, said })
      }),
    )
    const one: Started = { ended, signal: (name) => void child.kill(name), isOver: () => over }
    started.add(one)
    return one
  }
  const endAll = async () => {
    for (const one of started) one.signal("SIGKILL")
    await Promise.all([...started].map(({ ended }) => ended))
  }
  return { start, endAll }
}

const eventsIn = (repo: string): readonly Event[] => {
  const file = join(repo, ".git/osier/journal.jsonl")
  if (!existsSync(file)) return []
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      const read = readEventLine(line)
      return read.type === "event" ? [read.event] : []
    })
}

const waiter =
  (repo: string): House["until"] =>
  async (run, pick) => {
    for (const start = performance.now(); performance.now() - start < 90_000; await wait(50)) {
      const over = run.isOver()
      for (const event of eventsIn(repo)) {
        const found = pick(event)
        if (found !== undefined) return found
      }
      if (over) throw new Error(`it ended first: ${(await run.ended).said.slice(-1500)}`)
    }
    throw new Error("it did not come")
  }

/** Builds a house; everything is gone, processes included, after the `using` block. */
export const house = async (wish: Wish): Promise<House> => {
  const { agent } = wish
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "osier-agents-")))
  const repo = join(folder, "shop")
  for (const name of ["tmp", "home"]) mkdirSync(join(folder, name))
  const model = await openModel(agent.wire, agent.callOf)
  const env = environmentIn(folder, wish, model.port)
  plant(join(folder, "home"), agent.files(model.port))
  plant(repo, { "osier.yaml": settings(wish), "gate.sh": gate, "notes/first": "first\n" })
  const git = async (...args: readonly string[]) => (await runFile("git", args, { cwd: repo, env })).stdout.trimEnd()
  await git("init", "-q", "-b", "main")
  await git("config", "user.name", "Matrix")
  await git("config", "user.email", "matrix@example.com")
  await git("add", "-A")
  await git("commit", "-q", "-m", "Begin")
  const { start, endAll } = starter(repo, env)
  const task = async (id = 1): Promise<Task> => {
    const { said } = await start("show", String(id), "--json").ended
    const { task: found }: { readonly task: Task } = JSON.parse(said.slice(said.indexOf("{")))
    return found
  }
  return {
    agent,
    model,
    repo,
    git,
    start,
    task,
    osier: (...args) => start(...args).ended,
    events: () => eventsIn(repo),
    until: waiter(repo),
    attempts: async (id) => (await task(id)).attempts,
    landed: (path) => git("show", `main:${path}`).catch(() => ""),
    strays: () => straysOf(folder),
    [Symbol.asyncDispose]: async () => {
      await endAll()
      for (const { pid } of straysOf(folder)) process.kill(pid, "SIGKILL")
      await model[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}
