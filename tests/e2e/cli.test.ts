import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { makeFolder, makeRepo, type Repo } from "../support/repo.ts"
import { osierBuilt } from "../support/runtimes.ts"

const [program = "", ...before] = osierBuilt().command

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const start = (cwd: string, ...args: readonly string[]) => {
  const child = spawn(program, [...before, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] })
  onTestFinished(() => void child.kill("SIGKILL"))
  let out = ""
  let err = ""
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()))
  const ended = new Promise<Ran>((resolve) => child.once("close", (code) => resolve({ code, out, err })))
  /** Resolves as soon as stdout holds the text. */
  const said = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!out.includes(text)) return
        child.stdout.off("data", look)
        resolve()
      }
      child.stdout.on("data", look)
      look()
    })
  return { child, ended, said }
}
const osier = (cwd: string, ...args: readonly string[]) => start(cwd, ...args).ended

const settings = `agents:
  scribe: { adapter: shell, command: ["sh", "-c", "mkdir -p notes; cat > notes/$OSIER_SLUG.md"] }
  broken: { adapter: shell, command: ["sh", "-c", "echo half > half.txt; exit 1"] }
  waiter: { adapter: shell, command: ["sh", "-c", "echo waiting; while [ ! -f 'GO' ]; do sleep 0.05; done; echo done > $OSIER_SLUG.txt"] }
agent: scribe
limits: { retries: 0 }
`
const gates = `gates:\n  test: ["sh", "-c", "test -f README.md"]\n`
const prepared = (more = gates): Repo & { readonly go: string } => {
  const go = join(makeFolder(), "go")
  const repo = makeRepo({ "README.md": "# a\n", "osier.yaml": settings.replaceAll("GO", go) + more })
  return { ...repo, go }
}
const events = (out: string): readonly { readonly type: string; readonly seq: number; readonly exit?: number }[] =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))

describe("osier run", () => {
  test("three land, one fails and is kept; the closing words say so; the checkout is as before otherwise", async () => {
    const repo = prepared()
    repo.write("mine.txt", "mine\n")
    const { code, out } = await osier(repo.path, "run", "-j3", "a:scribe", "b", "c", "d:broken")
    expect(code).toBe(1)
    expect(out).toMatch(/Landed on main:\n +✓ #1 +a +[0-9a-f]{10}, passed test/)
    expect(out).toMatch(/Failed:\n +✗ #4 +d\n +work: .*\n +its work is kept: refs\/osier\/keep\/4\/\S+ \(osier keep restore 4\)/)
    expect(out).toMatch(/3 of 4 tasks landed, 1 failed in/)
    expect(repo.git("status", "--porcelain")).toBe("?? mine.txt")
    expect(repo.git("branch", "--format=%(refname:short)")).toBe("main")
    expect(repo.git("worktree", "list").split("\n")).toHaveLength(1)
    for (const name of ["a", "b", "c"]) expect(existsSync(join(repo.path, "notes", `${name}.md`))).toBe(true)

    const restored = join(makeFolder(), "back")
    const back = await osier(repo.path, "keep", "restore", "4", "--to", restored)
    expect(back.code).toBe(0)
    expect(readFileSync(join(restored, "half.txt"), "utf8")).toBe("half\n")
  })

  test("events as JSON are the whole story, gapless, and the same as in the journal", async () => {
    const repo = prepared()
    const ran = await osier(repo.path, "run", "--json", "a", "b")
    expect(ran).toMatchObject({ code: 0, err: "" })
    const told = events(ran.out)
    expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => index + 2))
    expect(told[0]?.type).toBe("TaskAdded")
    expect(told.at(-1)).toMatchObject({ type: "RunEnded", exit: 0 })
    const journal = await osier(repo.path, "events", "--json", "--since", "1")
    expect(journal.out).toBe(ran.out)
  })

  test("without a gate nothing lands by itself, and it says ungated", async () => {
    const repo = prepared("")
    const ran = await osier(repo.path, "run", "a")
    expect(ran.code).toBe(5)
    expect(ran.out).toContain("No gate is configured: ungated.")
    expect(ran.out).toMatch(/next: .*osier land 1/)
    expect((await osier(repo.path, "ls")).out).toMatch(/completed .*a · ungated: osier diff 1 shows it/)
    expect((await osier(repo.path, "land", "1")).code).toBe(0)
    expect((await osier(repo.path, "show", "1")).out).toMatch(/landed +[0-9a-f]{10}, ungated\n/)
    expect(existsSync(join(repo.path, "notes", "a.md"))).toBe(true)
  })

  test("a plan without a task is a mistake, and never everything that is ready in the store", async () => {
    const repo = prepared()
    await osier(repo.path, "add", "not asked for")
    repo.write("empty.txt", "\n# nothing yet\n")
    repo.write("empty.yaml", "tasks: {}\n")
    const ran = await osier(repo.path, "run", "--from", "empty.txt", "--json")
    expect(ran).toMatchObject({ code: 2, out: "" })
    expect(JSON.parse(ran.err).error).toMatchObject({ tag: "PlanEmpty", message: "there is no task in empty.txt" })
    expect(await osier(repo.path, "run", "--from", "empty.yaml")).toMatchObject({ code: 2, out: "" })
    expect(repo.git("log", "-1", "--format=%s")).toBe("init")
  })

  test("every mistake of a plan at once, exit 2, nothing made", async () => {
    const repo = prepared()
    repo.write("plan.yaml", "tasks:\n  a: { title: A, needs: [b] }\n  b: { title: B, needs: [a, zz], agent: scrib }\n")
    const refs = repo.git("for-each-ref")
    const ran = await osier(repo.path, "run", "--from", "plan.yaml")
    expect(ran).toMatchObject({ code: 2, out: "" })
    expect(ran.err).toMatch(/plan\.yaml:3:\d+: tasks\.b\.agent: unknown agent scrib\n {2}did you mean scribe\?/)
    expect(ran.err).toMatch(/plan\.yaml:3:\d+: tasks\.b\.needs\[1\]: unknown need zz/)
    expect(ran.err).toMatch(/a cycle of needs: a → b → a/)
    const json = await osier(repo.path, "run", "--from", "plan.yaml", "--json")
    expect(JSON.parse(json.err).error).toMatchObject({ tag: "PlanRefused", file: "plan.yaml", line: 3, problems: { length: 3 } })
    expect(repo.git("for-each-ref")).toBe(refs)
    expect(existsSync(`${repo.path}.osier`)).toBe(false)
  })

  test("--dry-run shows the order and makes nothing", async () => {
    const repo = prepared()
    repo.write(
      "plan.yaml",
      "tasks:\n  a: { title: A, scope: [x/**] }\n  b: { title: B, scope: [x/y] }\n  c: { title: C, needs: [a], independence: mostly }\n",
    )
    const refs = repo.git("for-each-ref")
    const ran = await osier(repo.path, "run", "--from", "plan.yaml", "--dry-run", "--json")
    expect(ran.code).toBe(0)
    const plan = JSON.parse(ran.out)
    expect(plan.waves.map((wave: readonly { readonly name: string }[]) => wave.map(({ name }) => name))).toEqual([["a"], ["b", "c"]])
    expect(plan.waves[1]).toContainEqual({ name: "c", title: "C", agent: "scribe", needs: ["a"], independence: "mostly" })
    expect(plan).toMatchObject({ gates: ["test"], target: "main", overlaps: [{ a: "a", b: "b", globs: ["x/**", "x/y"] }] })
    expect(repo.git("for-each-ref")).toBe(refs)
  })

  test("a first signal drains, a second stops everything; the next run goes on", async () => {
    const repo = prepared()
    const first = start(repo.path, "run", "one:waiter")
    await first.said("says: waiting")
    first.child.kill("SIGINT")
    await first.said("draining")
    first.child.kill("SIGINT")
    const stopped = await first.ended
    expect(stopped.code).toBe(130)
    expect(stopped.err).toContain("osier run")
    expect(JSON.parse((await osier(repo.path, "ls", "--json")).out).tasks).toHaveLength(1)

    const again = start(repo.path, "run")
    await again.said("says: waiting")
    const doubled = await osier(repo.path, "ls", "--locks")
    expect(doubled.out).toMatch(/task\/1 .*alive/)
    await osier(repo.path, "stop")
    await again.said("draining")
    await import("node:fs/promises").then(({ writeFile }) => writeFile(repo.go, ""))
    expect((await again.ended).out).toMatch(/✓ #1 +one/)
    expect(existsSync(join(repo.path, "one.txt"))).toBe(true)
    expect((await osier(repo.path, "stop")).out).toBe("no run is active here\n")
  })
})

describe("around a run", () => {
  test("add, ls, show, diff, logs, discard and clean tell one story", { timeout: 120_000 }, async () => {
    const repo = prepared()
    const added = await osier(repo.path, "add", "--json", "First thing", "Break it:broken")
    expect(JSON.parse(added.out).tasks).toMatchObject([{ id: 1, title: "First thing", resumed: false }, { id: 2 }])
    expect((await osier(repo.path, "run")).code).toBe(1)
    expect((await osier(repo.path, "ls")).out).toMatch(/^#2 +failed +broken +Break it/)
    const shown = await osier(repo.path, "show", "2")
    expect(shown.out).toMatch(/status +failed[\s\S]*Next:[\s\S]*osier retry 2/)
    expect(JSON.parse((await osier(repo.path, "diff", "1", "--json")).out).files).toMatchObject([
      { path: "notes/first-thing.md", removed: 0 },
    ])
    const half = (await osier(repo.path, "diff", "2", "--stat")).out
    expect(half).toContain("half.txt")
    expect(half).not.toContain(".osier")
    expect((await osier(repo.path, "logs", "2")).out).toContain("attempt 1 by broken (shell)")
    expect((await osier(repo.path, "logs", "2", "--attempt", "7")).err).toContain(
      "there was no attempt 7 at task 2 here; the last one was 1",
    )
    repo.write("after.yaml", 'tasks: [{ title: After, needs: ["2"], acceptance: [It works], labels: [later] }]\n')
    expect((await osier(repo.path, "add", "--from", "after.yaml")).code).toBe(0)
    const waits = (await osier(repo.path, "show", "3")).out
    expect(waits).toMatch(
      /status +pending: blocked by 2: failed[\s\S]*labels +later[\s\S]*Done when:\n {2}- It works[\s\S]*Next:\n {2}osier show 2\n/,
    )
    expect((await osier(repo.path, "ls", "--label", "later")).out).toMatch(/^#3 .*After[^\n]*\n$/)
    expect((await osier(repo.path, "show", "2")).out).toMatch(/needed by +#3\n[\s\S]*assigned +\S+@/)
    expect((await osier(repo.path, "discard", "2", "3")).code).toBe(0)
    expect((await osier(repo.path, "ls")).out).toMatch(/nothing open; 3 tasks are over/)
    expect((await osier(repo.path, "clean")).code).toBe(0)
    const dropped = await osier(repo.path, "keep", "drop", "2")
    expect(dropped.code).toBe(5)
    expect(JSON.parse((await osier(repo.path, "keep", "--json")).out).keeps.length).toBeGreaterThan(0)
  })

  test("init writes once, what it writes is read without a problem, and doctor looks at it", async () => {
    const repo = makeRepo({ "package.json": '{ "scripts": { "test": "node --test" } }', "package-lock.json": "{}", Makefile: "test:\n" })
    const first = await osier(repo.path, "init")
    expect(first.out).toContain("gates: test (npm test)")
    const text = readFileSync(join(repo.path, "osier.yaml"), "utf8")
    expect(text).toContain('setup: [{ run: ["npm", "ci"], when: ["package-lock.json"] }]')
    expect((await osier(repo.path, "init")).out).toContain("was left as it is")
    expect(readFileSync(join(repo.path, "osier.yaml"), "utf8")).toBe(text)
    const report = JSON.parse((await osier(repo.path, "doctor", "--json")).out)
    expect(report.checks.filter(({ name }: { readonly name: string }) => ["settings", "target", "gate test"].includes(name))).toMatchObject(
      [{ ok: true }, { ok: true }, { ok: true }],
    )
  })

  test("a branch called task is told before anything is spent", async () => {
    const repo = prepared()
    repo.git("branch", "task")
    const { code, out } = await osier(repo.path, "doctor")
    expect(code).toBe(3)
    expect(out).toContain("git branch -m task task-old")
  })

  const wrong: readonly (readonly [readonly string[], number, RegExp])[] = [
    [["rum"], 2, /unknown verb rum\n {2}did you mean run\?/],
    [["run", "--form", "x"], 2, /did you mean --from\?/],
    [["show", "99"], 2, /there is no task 99/],
    [["show", "x"], 2, /"x" is no number of a task/],
    [["run", "--wait", "long", "a"], 2, /--wait: "long" is not a length of time/],
    [["run", "--target", "nowhere", "a"], 2, /nowhere has no commit/],
    [["run", "-j", "0", "a"], 2, /--jobs can.t be "0"/],
    [["run", "--from", "missing.yaml"], 2, /missing\.yaml can't be read: there is no such file/],
    [["run", "--priority", "high"], 2, /--priority is for new tasks/],
    [["run", "a", "b", "--branch", "x"], 2, /--branch is for a lone task/],
    [["run", "a", "--fresh"], 2, /--fresh is about a branch/],
    [["schema", "evnts"], 2, /did you mean events\?/],
    [["keep", "restore", "7"], 2, /nothing is kept of 7/],
    [["-C", "/", "ls"], 3, /not a git repository/],
  ]
  test.each(wrong)("%j → %i", async (args, exit, words) => {
    const repo = prepared()
    const { code, out, err } = await osier(repo.path, ...args)
    expect({ code, out }).toEqual({ code: exit, out: "" })
    expect(err).toMatch(words)
  })
})
