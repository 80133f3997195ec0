import { spawn } from "node:child_process"
import { expect, onTestFinished, test } from "vitest"
import { makeFolder, makeRepo, repoAt, type Repo } from "../support/repo.ts"
import { osierBuilt } from "../support/runtimes.ts"

const [program = "", ...before] = osierBuilt().command

const start = (cwd: string, ...args: readonly string[]) => {
  const child = spawn(program, [...before, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] })
  onTestFinished(() => void child.kill("SIGKILL"))
  let out = ""
  let err = ""
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()))
  const ended = new Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, out, err })),
  )
  const said = (text: string) => new Promise<void>((resolve) => child.stdout.on("data", () => (out.includes(text) ? resolve() : undefined)))
  return { child, ended, said }
}
const osier = (cwd: string, ...args: readonly string[]) => start(cwd, ...args).ended

const prepared = (): Repo =>
  makeRepo({
    "osier.yaml": `agents:
  scribe: { adapter: shell, command: ["sh", "-c", "cat > $OSIER_SLUG.md"] }
  broken: { adapter: shell, command: ["sh", "-c", "echo half > half.txt; exit 1"] }
  sleeper: { adapter: shell, command: ["sleep", "60"] }
  remover: { adapter: shell, command: ["sh", "-c", "echo 1 >> ../runs; cd /; rm -rf $OSIER_TREE"] }
agent: scribe
land: review
gates: { test: ["true"] }
limits: { retries: 0 }
`,
  })

test("a number without a task leaves no lock behind", async () => {
  const repo = prepared()
  expect(await osier(repo.path, "discard", "99")).toMatchObject({
    code: 2,
    out: "",
    err: expect.stringMatching(/^osier: there is no task 99\n.*\n$/),
  })
  expect(repo.git("for-each-ref", "refs/osier/locks/task")).toBe("")
})

test("a task that failed before it is discarded is said to be kept", async () => {
  const repo = prepared()
  expect((await osier(repo.path, "run", "a:broken")).code).toBe(1)
  const { out } = await osier(repo.path, "discard", "1", "--json")
  expect(JSON.parse(out)).toEqual({ discarded: [{ id: 1, keep: "refs/osier/keep/1/1" }] })
  expect((await osier(repo.path, "discard", "1")).out).toContain("osier keep restore 1")
})

test("a repository without a commit is told how to make one, and that works", async () => {
  const repo = repoAt(makeFolder())
  repo.git("init", "-q", "-b", "main")
  const { code, err } = await osier(repo.path, "run", "a")
  expect(code).toBe(2)
  expect(err).toContain('git commit --allow-empty -m "Begin"')
  expect(err).not.toContain("git branch main")
})

test("what waits for a person says in the list what to type", async () => {
  const repo = prepared()
  expect((await osier(repo.path, "run", "a")).code).toBe(5)
  expect((await osier(repo.path, "ls", "--json")).out).toContain(
    '"waits":"complete: osier diff 1 shows it, osier run or osier land 1 lands it"',
  )
})

test("a task whose run was killed is not shown as one that somebody works on", async () => {
  const repo = prepared()
  const running = start(repo.path, "run", "--json", "a:sleeper")
  await running.said("AgentStarted")
  running.child.kill("SIGKILL")
  await running.ended
  const shown = await osier(repo.path, "show", "1")
  expect(shown.out).toMatch(/status +running: nobody works on it now/)
  expect(shown.out).toMatch(/Next:\n +osier run\n/)
})

test("a dry run tells needs by the names of its tasks", async () => {
  const repo = prepared()
  repo.write("plan.yaml", "tasks:\n  a: First\n  b: { title: Second, needs: [a] }\n")
  const { out } = await osier(repo.path, "run", "--from", "plan.yaml", "--dry-run", "--json")
  expect(JSON.parse(out).waves).toEqual([
    [expect.objectContaining({ name: "a", needs: [] })],
    [expect.objectContaining({ name: "b", needs: ["a"] })],
  ])
})

test("an agent that removes its tree fails once, for that reason, and costs nothing more", async () => {
  const repo = prepared()
  const ran = await osier(repo.path, "run", "a:remover")
  expect(ran.code).toBe(1)
  expect(ran.out).toMatch(/environment: its tree \S+ was removed while it worked/)
  expect(ran.out).not.toContain("PATH")
  expect((await osier(repo.path, "run")).out).not.toContain("attempt 2")
  expect(repo.git("worktree", "list").split("\n")).toHaveLength(1)
  expect(repo.git("branch", "--format=%(refname:short)")).toBe("main")
})
