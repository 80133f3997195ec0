import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { eventsIn, osier, startOsier } from "../support/program.ts"
import { makeFolder, makeRepo, type Repo } from "../support/repo.ts"
import { osierBuilt } from "../support/runtimes.ts"
import { deeply } from "../support/deeply.ts"

const built = osierBuilt()
const ids = (count: number) => Array.from({ length: count }, (_, at) => at + 1)

/** A repository whose agent writes down every attempt, and the lines it wrote. */
const logged = (more = ""): { readonly repo: Repo; readonly attempts: () => readonly string[] } => {
  const log = join(makeFolder(), "attempts")
  const repo = makeRepo({
    "README.md": "# a\n",
    "agent.sh": `echo "$OSIER_TASK.$OSIER_ATTEMPT" >> "$LOG"; ${more}\necho 1 > file-$OSIER_TASK.txt\n`,
    "osier.yaml": `agents: { a: { adapter: shell, command: ["sh", "agent.sh"] } }
agent: a
gates: { test: { run: ["sh", "-c", "true"] } }
tree: { env: { LOG: ${JSON.stringify(log)} } }
`,
  })
  return { repo, attempts: () => readFileSync(log, "utf8").trim().split("\n").toSorted() }
}

const isWhole = (repo: Repo, count: number) => {
  expect(repo.git("rev-list", "--count", "--first-parent", "main")).toBe(String(count + 1))
  expect(repo.git("ls-files", "file-*.txt").split("\n")).toHaveLength(count)
  expect(repo.git("status", "--porcelain")).toBe("")
  expect(repo.git("branch", "--format=%(refname:short)")).toBe("main")
  expect(repo.git("worktree", "list").split("\n")).toHaveLength(1)
  expect(repo.git("for-each-ref", "refs/osier/locks/task")).toBe("")
  expect(repo.git("fsck", "--strict", "--no-dangling")).not.toMatch(/error|missing/)
  const events = eventsIn(join(repo.path, ".git"))
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
  expect(events.filter(({ type }) => type === "Landed")).toHaveLength(count)
}

deeply("two runs of the same stored tasks share them: each is worked on once, by one of the two", { timeout: 120_000 }, async () => {
  const { repo, attempts } = logged("sleep 0.3")
  await osier(repo.path, "add", ...ids(8).map((n) => `task ${n}`))
  const runs = [startOsier(built, repo.path, ["run", "-j2"]), startOsier(built, repo.path, ["run", "-j2"])]
  const ended = await Promise.all(runs.map(({ ended }) => ended))
  for (const { code, out, err } of ended) expect(code, out + err).toBe(0)
  expect(attempts()).toEqual(ids(8).map((n) => `${n}.1`))
  isWhole(repo, 8)
  const owners = eventsIn(join(repo.path, ".git")).flatMap((event) => (event.type === "TaskMerged" ? [event.run] : []))
  expect(new Set(owners).size, "both runs had their share").toBe(2)
  // what the other one works on is looked at again, not asked for again and again
  const waits = eventsIn(join(repo.path, ".git")).filter(({ type }) => type === "TaskWaited")
  expect(waits.length).toBeLessThan(40)
})

deeply("two runs with tasks of their own, started at once, number and land all of them", { timeout: 120_000 }, async () => {
  const { repo, attempts } = logged()
  const start = (name: string) => startOsier(built, repo.path, ["run", "-j2", "--json", ...ids(3).map((n) => `${name} ${n}`)])
  const ended = await Promise.all(["left", "right"].map((name) => start(name).ended))
  for (const { code, out, err } of ended) expect(code, out + err).toBe(0)
  expect(attempts()).toEqual(ids(6).map((n) => `${n}.1`))
  isWhole(repo, 6)
})

test("one that asks for what another is working on waits, says who holds it, and never starts it", { timeout: 120_000 }, async () => {
  const go = join(makeFolder(), "go")
  const { repo, attempts } = logged(`while [ ! -e ${go} ]; do sleep 0.05; done`)
  const first = startOsier(built, repo.path, ["run", "one"])
  await first.said(/attempt 1 by a/)
  const second = startOsier(built, repo.path, ["run", "one"])
  await second.said(/#1 .*is held by/)
  writeFileSync(go, "")
  const [a, b] = await Promise.all([first.ended, second.ended])
  expect([a.code, b.code], b.out + b.err).toEqual([0, 0])
  expect(b.out).toMatch(/✓ #1 +one/)
  expect(attempts()).toEqual(["1.1"])
  isWhole(repo, 1)
})
