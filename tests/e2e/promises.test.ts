import { spawn } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { makeFolder, makeRepo } from "../support/repo.ts"
import { osierBuilt } from "../support/runtimes.ts"

const [program = "", ...before] = osierBuilt().command

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const osier = (cwd: string, ...args: readonly string[]) =>
  new Promise<Ran>((resolve) => {
    const child = spawn(program, [...before, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] })
    onTestFinished(() => void child.kill("SIGKILL"))
    let out = ""
    let err = ""
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()))
    child.once("close", (code) => resolve({ code, out, err }))
  })

const shell = (command: string) => `{ adapter: shell, command: ["sh", "-c", ${JSON.stringify(command)}] }`
const gates = `gates:\n  test: ["sh", "-c", "test ! -e broken"]\nlimits: { retries: 0 }\n`

test(
  "git is the only database: without osier's folder everything is still there, and plain git carries it",
  { timeout: 120_000 },
  async () => {
    const repo = makeRepo({
      "osier.yaml": `agents:\n  scribe: ${shell("cat > $OSIER_SLUG.md")}\n  half: ${shell("echo half > half.txt; exit 1")}\nagent: scribe\n${gates}`,
    })
    expect((await osier(repo.path, "run", "a", "b:half")).code).toBe(1)
    const before = await osier(repo.path, "ls", "--all", "--json")
    rmSync(join(repo.path, ".git/osier"), { recursive: true })
    expect(await osier(repo.path, "ls", "--all", "--json")).toEqual(before)

    const folder = makeFolder()
    expect((await osier(repo.path, "keep", "restore", "2", "--to", join(folder, "back"))).code).toBe(0)
    expect(readFileSync(join(folder, "back/half.txt"), "utf8")).toBe("half\n")

    repo.git("init", "-q", "--bare", join(folder, "other.git"))
    repo.git("push", "-q", join(folder, "other.git"), "refs/osier/tasks/*:refs/osier/tasks/*")
    expect(repo.git("--git-dir", join(folder, "other.git"), "show", "refs/osier/tasks/1:task.md")).toMatch(
      /^---\nid: 1\n[\s\S]*status: merged/,
    )
    expect((await osier(repo.path, "retry", "2")).code).toBe(1)
  },
)

test("no trust in words: what an agent says decides nothing", { timeout: 120_000 }, async () => {
  const repo = makeRepo({
    "osier.yaml": `agents:
  talker: ${shell("echo All done, every test passes.")}
  liar: ${shell("echo x > broken; git add -A; git commit -qm 'feat: tested, works'; echo All done, every test passes.")}
  grump: ${shell("echo x > fine.txt; echo I think I failed.")}
${gates}`,
  })
  const before = repo.git("rev-parse", "main")
  expect((await osier(repo.path, "run", "one:talker", "two:liar")).code).toBe(1)
  expect(repo.git("rev-parse", "main")).toBe(before)
  const { tasks } = JSON.parse((await osier(repo.path, "ls", "--json")).out)
  expect(tasks).toMatchObject([{ status: "failed", reason: expect.stringContaining("changed nothing") }, { status: "failed" }])
  expect((await osier(repo.path, "run", "three:grump")).code).toBe(0)
  expect(repo.git("ls-files", "fine.txt")).toBe("fine.txt")
})
