import { execFile, spawn } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { devNull, tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"

/** How a program ended; `code` is null when it was killed, `late` when it had to be because it did not end. */
export interface Ended {
  readonly code: number | null
  readonly said: string
  readonly late: boolean
}

/** A program that is on, in a process group of its own. */
export interface Started {
  readonly pid: number
  readonly ended: Promise<Ended>
  readonly signal: (name: NodeJS.Signals) => void
  readonly isOver: () => boolean
}

/** One task as `osier ls --json` tells of it. */
export interface Row {
  readonly id: number
  readonly title: string
  readonly status: string
  readonly reason?: string
}

/** A repository that is attacked, with agents that do what the attack says; everything is gone after the `using` block. */
export interface House extends AsyncDisposable {
  readonly folder: string
  /** The user's checkout; its target is `main`. */
  readonly repo: string
  /** The remote, where the house has one. */
  readonly bare: string | undefined
  /** What the agent of the task with this title does; every other agent writes `notes/<title>.md`. */
  readonly agent: (title: string, script: string) => void
  readonly clone: (name: string) => Promise<string>
  /** The same house as it looks from another clone of its remote, in which `git` and `osier` work then. */
  readonly seenFrom: (repo: string) => House
  readonly git: (...args: readonly string[]) => Promise<string>
  readonly osier: (...args: readonly string[]) => Promise<Ended>
  readonly start: (args: readonly string[], at?: string) => Started
  readonly tasks: (at?: string) => Promise<readonly Row[]>
  readonly statusOf: (title: string) => Promise<string>
  /** Titles of the agents that ran, one for each attempt. */
  readonly attempts: () => readonly string[]
}

const runFile = promisify(execFile)

/** Without the user's own settings, and without those of a git that started this script; temporary files stay in the house. */
const environmentIn = (folder: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("GIT_") && !key.startsWith("OSIER_"))),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: devNull,
  GIT_TERMINAL_PROMPT: "0",
  NO_COLOR: "1",
  TMPDIR: join(folder, "tmp"),
})

/** A red target is one on which these notes meet, or one that a note breaks. */
export const gate = `if ls notes | grep -q '^broken'; then echo "a broken note"; exit 1; fi
if [ -e notes/left.md ] && [ -e notes/right.md ]; then echo "left and right must not meet"; exit 1; fi
cat notes/*.md 2>/dev/null | grep -a "gate says" || true
`

const yaml = (folder: string, more: string) => `target: main
concurrency: 3
agents:
  do: { adapter: shell, command: ["sh", ${JSON.stringify(join(folder, "agent.sh"))}] }
agent: do
gates:
  notes: { run: ["sh", "gate.sh"], timeout: 1m }
limits: { retries: 1, grace: 2s }
${more}`

const agentScript = (folder: string) => `echo "$OSIER_TITLE" >> "${folder}/ran"
if [ -e "${folder}/agents/$OSIER_TITLE.sh" ]; then . "${folder}/agents/$OSIER_TITLE.sh"
else sleep 0.2; cat > "notes/$OSIER_TITLE.md"; git add -A; git commit -qm "note $OSIER_TITLE"; fi
`

export interface Wish {
  /** The program under attack, as words. */
  readonly program: readonly string[]
  /** Further lines of `osier.yaml`. */
  readonly yaml?: string
  readonly files?: Readonly<Record<string, string>>
  readonly remote?: boolean
  /** Nothing that is attacked may take longer; what does has hung. */
  readonly patienceMs?: number
}

/** Starts the program under attack, each time in a group of its own, and ends what is left of it. */
const starter = (program: readonly string[], env: NodeJS.ProcessEnv, patienceMs: number) => {
  const started = new Set<Started>()
  const start = (args: readonly string[], at: string): Started => {
    const [file = "", ...words] = [...program, ...args]
    const child = spawn(file, words, { cwd: at, env, detached: true, stdio: ["ignore", "pipe", "pipe"] })
    let said = ""
    for (const pipe of [child.stdout, child.stderr]) pipe.on("data", (chunk: Buffer) => (said += chunk.toString()))
    let [over, late] = [false, false]
    const signal = (name: NodeJS.Signals) => {
      if (!over && child.pid !== undefined) process.kill(-child.pid, name)
    }
    const timer = setTimeout(() => {
      late = true
      signal("SIGKILL")
    }, patienceMs)
    const ended = new Promise<Ended>((resolve) =>
      child.once("close", (code) => {
        over = true
        clearTimeout(timer)
        resolve({ code, said, late })
      }),
    )
    const one: Started = { pid: child.pid ?? 0, ended, signal, isOver: () => over }
    started.add(one)
    return one
  }
  const endAll = async () => {
    for (const one of started) one.signal("SIGKILL")
    await Promise.all([...started].map(({ ended }) => ended))
  }
  return { start, endAll }
}

const plant = (repo: string, files: Readonly<Record<string, string>>) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repo, path)), { recursive: true })
    writeFileSync(join(repo, path), text)
  }
}

/** git as the house runs it in a folder: no monitor that an attack planted holds it up. */
const gitOf =
  (env: NodeJS.ProcessEnv) =>
  (cwd: string) =>
  async (...args: readonly string[]) =>
    (await runFile("git", ["-c", "core.fsmonitor=false", ...args], { cwd, env, maxBuffer: 256 << 20 })).stdout.trimEnd()

const named = async (git: House["git"]) => {
  await git("config", "user.name", "Attack")
  await git("config", "user.email", "attack@example.com")
}

interface Ground extends Pick<House, "folder" | "bare"> {
  readonly gitAt: (cwd: string) => House["git"]
  readonly start: (args: readonly string[], at: string) => Started
  readonly endAll: () => Promise<void>
}

/** The house as it looks from this clone. */
const view = (ground: Ground, repo: string): House => {
  const { folder, bare, gitAt, start, endAll } = ground
  const tasks = async (at = repo): Promise<readonly Row[]> => {
    const { said } = await start(["ls", "--all", "--json"], at).ended
    const { tasks: rows }: { readonly tasks: readonly Row[] } = JSON.parse(said.slice(said.indexOf("{")))
    return rows
  }
  return {
    folder,
    repo,
    bare,
    agent: (title, script) => writeFileSync(join(folder, "agents", `${title}.sh`), script),
    clone: async (name) => {
      const path = join(folder, name)
      await gitAt(folder)("clone", "-q", bare ?? repo, path)
      await named(gitAt(path))
      return path
    },
    seenFrom: (at) => view(ground, at),
    git: gitAt(repo),
    osier: (...args) => start(args, repo).ended,
    start: (args, at = repo) => start(args, at),
    tasks,
    statusOf: async (title) => (await tasks()).find((row) => row.title === title)?.status ?? "absent",
    attempts: () =>
      existsSync(join(folder, "ran"))
        ? readFileSync(join(folder, "ran"), "utf8")
            .split("\n")
            .filter((line) => line !== "")
        : [],
    [Symbol.asyncDispose]: async () => {
      await endAll()
      await runFile("chmod", ["-R", "u+rwX", folder]).catch(() => undefined)
      chmodSync(folder, 0o700)
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

export const house = async ({ program, yaml: more = "", files = {}, remote = false, patienceMs = 120_000 }: Wish): Promise<House> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "osier-attack-")))
  for (const name of ["tmp", "agents"]) mkdirSync(join(folder, name))
  const env = environmentIn(folder)
  const repo = join(folder, "shop")
  const gitAt = gitOf(env)
  const git = gitAt(repo)
  await gitAt(folder)("init", "-q", "-b", "main", repo)
  await named(git)
  const all = {
    "osier.yaml": yaml(folder, `${remote ? "remote: origin\n" : ""}${more}`),
    "gate.sh": gate,
    "notes/.gitkeep": "",
    "src/a.txt": "one\ntwo\nthree\n",
    ...files,
  }
  plant(repo, all)
  writeFileSync(join(folder, "agent.sh"), agentScript(folder))
  await git("add", "-A")
  await git("commit", "-q", "-m", "Begin")
  const bare = remote ? join(folder, "remote.git") : undefined
  if (bare !== undefined) {
    await gitAt(folder)("init", "-q", "--bare", "-b", "main", bare)
    await git("remote", "add", "origin", bare)
    await git("push", "-q", "origin", "main")
  }
  return view({ folder, bare, gitAt, ...starter(program, env, patienceMs) }, repo)
}
