import { spawn } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { makeRepo } from "../support/repo.ts"
import { osierBuilt } from "../support/runtimes.ts"
import { deeply } from "../support/deeply.ts"

const program = osierBuilt().command
const script = (name: string) => join(import.meta.dirname, "..", "..", "scripts", name)

const start = (cwd: string, ...[first = "", ...args]: readonly string[]) => {
  const child = spawn(first, args, { cwd, stdio: ["ignore", "pipe", "pipe"] })
  onTestFinished(() => void child.kill("SIGKILL"))
  let out = ""
  let err = ""
  const looks = new Set<() => void>()
  const hear = () => {
    for (const look of looks) look()
  }
  child.stdout.on("data", (chunk: Buffer) => ((out += chunk.toString()), hear()))
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()))
  const ended = new Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, out, err })),
  )
  /** Resolves as soon as so many lines were printed, with all of them; what ends before fails. */
  const lines = (count: number) =>
    new Promise<readonly string[]>((resolve, reject) => {
      const look = () => {
        const all = out.split("\n").slice(0, -1)
        if (all.length >= count) resolve(all)
      }
      looks.add(look)
      look()
      void ended.then(() => reject(new Error(`it ended before ${count} lines: ${out}${err}`)))
    })
  return { child, ended, lines }
}

const settings = (command: string) => `agents:
  scribe: { adapter: shell, command: ["sh", "-c", ${JSON.stringify(command)}] }
gates:
  test: ["sh", "-c", "test ! -e broken"]
`
const write = "mkdir -p handbook; cat > handbook/$OSIER_SLUG.md"

deeply("ten-tasks lands ten tasks in the order of their needs, while watch-landings tells each of them", { timeout: 120_000 }, async () => {
  const repo = makeRepo({ "osier.yaml": settings(write) })
  const server = start(repo.path, ...program, "serve")
  await server.lines(1)
  const watcher = start(repo.path, process.execPath, script("watch-landings.ts"))

  const ran = await start(repo.path, process.execPath, script("ten-tasks.ts")).ended
  expect(ran.code, ran.err).toBe(0)
  expect(ran.out.match(/^ {2}#\d+ merged {4}/gm)).toHaveLength(10)
  expect(readdirSync(join(repo.path, "handbook"))).toHaveLength(10)
  const titles = repo.git("log", "--first-parent", "--reverse", "--format=%s").split("\n").slice(1)
  expect(titles).toHaveLength(10)
  expect([titles[0], titles[9]]).toMatchObject([expect.stringContaining("Outline"), expect.stringContaining("index")])

  const told = await watcher.lines(10)
  expect(told.map((line) => line.replace(/^\S+ main [0-9a-f]{10} (.*) \(#\d+\)$/, "$1"))).toEqual(titles)
  watcher.child.kill("SIGINT")
  expect((await watcher.ended).code).toBe(0)
  server.child.kill("SIGTERM")
  expect(await server.ended).toMatchObject({ code: 0, err: "" })
})

test("ten-tasks gives up what strays, and says so by its exit code", { timeout: 120_000 }, async () => {
  const repo = makeRepo({ "osier.yaml": settings(`${write}; echo x > elsewhere.txt`) })
  const ran = await start(repo.path, process.execPath, script("ten-tasks.ts"), "--agent", "scribe").ended
  expect(ran.code, ran.err).toBe(1)
  expect(ran.out).toContain("#1 Outline the handbook: strayed to elsewhere.txt")
  expect(ran.out).toMatch(/^ {2}#1 discarded /m)
  expect(existsSync(join(repo.path, "elsewhere.txt"))).toBe(false)
})
