import { spawn } from "node:child_process"
import { readdirSync, readFileSync, watch, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { osier } from "../support/program.ts"
import { makeRepo } from "../support/repo.ts"
import { osierBuilt } from "../support/runtimes.ts"

const yaml = `agents: { scribe: { adapter: shell, command: ["true"] } }\nagent: scribe\n`

/** Kills a sync at the n-th thing that happens in the folders that it changes; whether it was still there to be killed. */
const killedAt = async (path: string, n: number) => {
  const [program = "", ...args] = osierBuilt().command
  const child = spawn(program, [...args, "sync"], { cwd: path, stdio: "ignore" })
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)))
  let seen = 0
  const look = () => {
    seen += 1
    if (seen === n) child.kill("SIGKILL")
  }
  const watchers = [".osier/tasks", ".git/refs/osier"].map((folder) => watch(join(path, folder), { recursive: true }, look))
  const code = await ended
  for (const one of watchers) one.close()
  return code === null
}

test(
  "killed at whatever it was doing, a sync is finished by the next: every edit once, every new file one task",
  { timeout: 300_000 },
  async () => {
    const repo = makeRepo({ "osier.yaml": yaml })
    const folder = join(repo.path, ".osier/tasks")
    await osier(repo.path, "add", "Alpha", "Beta")
    await osier(repo.path, "tree", "--tasks")
    let killed = 0
    const rounds = [1, 3, 6, 10, 15, 21, 28]
    for (const n of rounds) {
      const alpha = readdirSync(folder).find((name) => name.startsWith("1-")) ?? ""
      writeFileSync(join(folder, alpha), readFileSync(join(folder, alpha), "utf8").replace(/title: .*/, `title: Round ${n}`))
      writeFileSync(join(folder, `new-${n}.md`), `---\ntitle: New ${n}\n---\n`)
      await osier(repo.path, "add", "--draft", `Draft ${n}`)
      if (await killedAt(repo.path, n)) killed += 1
      const after = await osier(repo.path, "sync")
      expect(after, after.err).toMatchObject({ code: 0, err: "" })
      const tasks: readonly { readonly id: number; readonly title: string }[] = JSON.parse(
        (await osier(repo.path, "ls", "--json")).out,
      ).tasks
      const done = rounds.slice(0, rounds.indexOf(n) + 1)
      const titles = [`Round ${n}`, "Beta", ...done.flatMap((one) => [`New ${one}`, `Draft ${one}`])]
      expect(tasks.map(({ title }) => title).toSorted()).toEqual(titles.toSorted())
      expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length)
      expect(repo.git("for-each-ref", "refs/osier/drafts/")).toBe("")
      const files = readdirSync(folder).filter((name) => name.endsWith(".md"))
      expect(new Set(files.map((name) => Number(name.split("-")[0])))).toEqual(new Set(tasks.map(({ id }) => id)))
      expect(files).toHaveLength(tasks.length)
    }
    expect(killed).toBeGreaterThan(3)
    expect(repo.git("fsck", "--strict", "--no-dangling")).not.toMatch(/error|missing/)
  },
)
