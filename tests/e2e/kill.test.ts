import { spawn } from "node:child_process"
import { existsSync, readdirSync, readFileSync, watch } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { readEventLine } from "../../core/domain/event/eventLine.ts"
import type { Event } from "../../core/domain/event/event.ts"
import { makeRepo } from "../support/repo.ts"
import type { Repo } from "../support/repo.ts"
import { osierBuilt } from "../support/runtimes.ts"
import { deeply } from "../support/deeply.ts"

const yaml = `
agents:
  scribe: { adapter: shell, command: ["sh", "-c", "mkdir -p notes && cat > notes/$OSIER_SLUG.md; echo $OSIER_SLUG >> ../../ran.txt; sleep 0.3"] }
agent: scribe
gates:
  test: { run: ["sh", "check.sh"] }
`

/** The recorded steps of a run, in the order in which the first task comes to them. */
const steps = [
  "TaskAdded",
  "RunStarted",
  "TaskClaimed",
  "TreeMade",
  "AttemptStarted",
  "AgentStarted",
  "AgentEnded",
  "WorkCommitted",
  "GateStarted",
  "GateJudged",
  "TaskCompleted",
  "Queued",
  "Landed",
  "TaskMerged",
] as const satisfies readonly Event["type"][]

/** Where the most is at stake; `npm run test:deep` kills at all of them. */
const always: ReadonlySet<string> = new Set(["AgentStarted", "WorkCommitted", "Queued", "Landed"])

for (const step of steps) {
  const tried = always.has(step) ? test : deeply
  tried(`killed at ${step}, the next run finishes: nothing twice, nothing left`, { timeout: 120_000 }, async () => {
    const repo = makeRepo({ "osier.yaml": yaml, "check.sh": "sleep 0.1; test ! -e broken\n", "README.md": "# a\n" })
    await killedAt(repo, step)
    const second = await finished(repo)
    expect(second.code, second.said).toBe(0)
    expect(readdirSync(join(repo.path, "notes")).toSorted()).toEqual(["a.md", "b.md", "c.md"])
    expect(repo.git("rev-list", "--count", "--first-parent", "main")).toBe("4")
    const ids = repo.git("log", "--format=%(trailers:key=Osier-Task,valueonly,separator=%x2C)", "-3").split("\n").toSorted()
    // A number that was claimed, and not used before the kill, is never given again.
    if (step === "TaskAdded") expect(new Set(ids).size).toBe(3)
    else expect(ids).toEqual(["1", "2", "3"])
    expect(repo.git("status", "--porcelain")).toBe("")
    expect(repo.git("branch", "--format=%(refname:short)")).toBe("main")
    expect(repo.git("worktree", "list", "--porcelain").match(/^worktree /gm)).toHaveLength(1)
    expect(readdirSync(`${repo.path}.osier`).filter((name) => name !== ".judge" && name !== ".gitignore")).toEqual([])
    expect(repo.git("for-each-ref", "--format=%(refname)", "refs/osier/locks/task")).toBe("")
    expect(lockFiles(join(repo.path, ".git"))).toEqual([])
    expect(repo.git("fsck", "--strict", "--no-dangling")).not.toMatch(/error|missing/)
    expect(existsSync(attempts(repo)) ? readdirSync(attempts(repo)) : []).toEqual([])
    expect(marked(repo.path)).toEqual([])
    const seqs = events(repo).map((event) => event.seq)
    expect(seqs).toEqual(seqs.map((_, at) => at + 1))
  })
}

const start = (repo: Repo) => {
  const [program = "", ...args] = osierBuilt().command
  return spawn(program, [...args, "run", "-j", "3", "a", "b", "c"], { cwd: repo.path, detached: true, stdio: ["ignore", "pipe", "pipe"] })
}

const journalOf = (repo: Repo) => join(repo.path, ".git/osier/journal.jsonl")

/** What an attempt needs outside of its tree. */
const attempts = (repo: Repo) => join(repo.path, ".git/osier/attempts")

const events = (repo: Repo): readonly Event[] =>
  existsSync(journalOf(repo))
    ? readFileSync(journalOf(repo), "utf8")
        .split("\n")
        .flatMap((line) => {
          const read = readEventLine(line)
          return read.type === "event" ? [read.event] : []
        })
    : []

/** The target itself is judged before the first task sets out. */
const isStep = (step: Event["type"]) => (event: Event) =>
  event.type === step && (!event.type.startsWith("Gate") || ("task" in event && event.task !== undefined))

/** Kills the whole process group the moment the journal tells of the step. */
const killedAt = async (repo: Repo, step: Event["type"]) => {
  const child = start(repo)
  const group = child.pid ?? 0
  const gone = new Promise((resolve) => child.once("close", resolve))
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (!events(repo).some(isStep(step))) return
      clearInterval(timer)
      watcher.close()
      process.kill(-group, "SIGKILL")
      resolve()
    }
    const timer = setInterval(look, 2)
    const watcher = watch(join(repo.path, ".git"), look)
    child.once("exit", () => {
      clearInterval(timer)
      watcher.close()
      reject(new Error(`it ended before ${step}`))
    })
  }).catch((error: unknown) => {
    if (!events(repo).some(isStep(step))) throw error
  })
  await gone
}

const finished = (repo: Repo) =>
  new Promise<{ readonly code: number | null; readonly said: string }>((resolve) => {
    const child = start(repo)
    let said = ""
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()))
    child.once("close", (code) => resolve({ code, said }))
  })

const lockFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".lock") && !name.startsWith("osier/"))

/** Processes of this repository's trees that are still there. */
const marked = (path: string): readonly string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/environ`, "latin1")
        return text.includes("OSIER_MARK=") && text.includes(path)
      } catch {
        return false
      }
    })
