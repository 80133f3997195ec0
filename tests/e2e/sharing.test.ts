import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { lockRef, printLock, readLock } from "../../core/domain/lock/lock.ts"
import type { Lock } from "../../core/domain/lock/lock.ts"
import { makeHub } from "../support/clones.ts"
import { osier, startOsier } from "../support/program.ts"
import { makeRepo } from "../support/repo.ts"
import type { Repo } from "../support/repo.ts"
import { osierBuilt } from "../support/runtimes.ts"
import { deeply } from "../support/deeply.ts"

const onlyBranches = 'case "$1" in refs/heads/*) exit 0;; esac; echo only branches; exit 1'

describe("osier init --remote", () => {
  test("tries the remote out, leaves nothing there, and writes what it takes", async () => {
    const { bare, clone } = makeHub()
    const before = bare.refs()
    const [free, bound] = [clone(), clone()]
    const ran = await osier(free.path, "init", "--remote", "origin")
    expect(ran).toMatchObject({ code: 0, err: "" })
    expect(ran.out).toContain("remote: origin, which takes osier's refs below refs/osier/")
    const text = readFileSync(join(free.path, "osier.yaml"), "utf8")
    expect(text).toMatch(/^remote: origin$/m)
    expect(text).not.toMatch(/^namespace:/m)
    bare.hook("update", onlyBranches)
    const json = await osier(bound.path, "init", "--remote", "origin", "--json")
    expect(JSON.parse(json.out)).toMatchObject({ written: true, remote: "origin", namespace: "refs/heads/osier/" })
    expect(readFileSync(join(bound.path, "osier.yaml"), "utf8")).toMatch(/^namespace: refs\/heads\/osier\/ /m)
    expect(bare.refs()).toEqual(before)
    const again = await osier(bound.path, "init", "--remote", "origin")
    expect(again.out).toMatch(/left as it is[\s\S]*put this into osier\.yaml:\n {2}remote: origin\n {2}namespace: refs\/heads\/osier\//)
  })

  test("a remote that takes them nowhere, keeps them or is not there: exit 3, and no file", async () => {
    const { bare, clone } = makeHub()
    const repo = clone()
    bare.hook("pre-receive", "echo no thanks; exit 1")
    const refused = await osier(repo.path, "init", "--remote", "origin", "--json")
    expect(refused.code).toBe(3)
    expect(JSON.parse(refused.err).error).toMatchObject({ tag: "RemoteRefused" })
    bare.hook("pre-receive", "exit 0")
    bare.hook("update", onlyBranches)
    bare.git("config", "receive.denyDeletes", "true")
    const kept = await osier(repo.path, "init", "--remote", "origin", "--json")
    expect(JSON.parse(kept.err).error).toMatchObject({ tag: "ProbeLeft" })
    const gone = await osier(repo.path, "init", "--remote", "nowhere")
    expect(gone.code).toBe(3)
    expect(existsSync(join(repo.path, "osier.yaml"))).toBe(false)
  })

  test("without it nothing is pushed, and one line tells how to share", async () => {
    const { bare, clone } = makeHub()
    const before = bare.refs()
    const repo = clone()
    expect((await osier(repo.path, "init")).out.match(/osier init --remote origin/g)).toHaveLength(1)
    const other = makeRepo()
    expect((await osier(other.path, "init", "--remote", "origin", "--dry-run")).out).toMatch(/^remote: origin$/m)
    expect(bare.refs()).toEqual(before)
  })
})

const settings = `remote: origin
agents: { sleeper: { adapter: shell, command: ["sh", "-c", "echo half > half.txt; sleep 600"] } }
agent: sleeper
gates: { test: ["true"] }
`
const files = { "README.md": "# a\n", "osier.yaml": settings }

/** A clone whose run was killed in the middle of its only task. */
const killed = async (repo: Repo) => {
  const run = startOsier(osierBuilt(), repo.path, ["run", "--json", "Half of it"])
  await run.said(/"type":"AgentStarted"/)
  const lock = readLock(repo.git("cat-file", "-p", lockRef("task", "1")))
  run.signal("SIGKILL")
  await run.ended
  return lock
}

const lockOf = (repo: Repo, task: number, change: Partial<Lock>): string => {
  const now = Date.now()
  const lock: Lock = {
    state: "held",
    owner: { host: "ash", boot: "b", pid: 1, started: "1", run: "elsewhere", email: "eve@example.com" },
    acquired: new Date(now - 1000).toISOString(),
    expires: now + 60_000,
    leaseMs: 60_000,
    fence: 7,
    nonce: `${now} ${task}`,
    ...change,
  }
  const oid = spawnSync("git", ["hash-object", "-w", "--stdin"], { cwd: repo.path, input: printLock(lock), encoding: "utf8" }).stdout.trim()
  repo.git("push", "-q", "--force", "origin", `${oid}:${lockRef("task", String(task))}`)
  return oid
}

/** Trees of the first task; their names carry the run and the fence as well. */
const treesOf = (repo: Repo): readonly string[] => readdirSync(`${repo.path}.osier`).filter((name) => name.startsWith("half-of-it-1"))

describe("osier clean --stale and osier ls --locks", () => {
  test("a dead owner's lock is told, and freed with its fence; its tree is kept and goes; a living one's stays", async () => {
    const { bare, clone } = makeHub(files)
    const repo = clone()
    const lock = await killed(repo)
    lockOf(repo, 9, {})
    const listed = JSON.parse((await osier(repo.path, "ls", "--locks", "--json")).out)
    expect(listed.locks).toMatchObject([
      { name: "task/1", alive: "dead", standing: "dead" },
      { name: "task/9", alive: "unknown", standing: "held", owner: { host: "ash" } },
    ])
    expect(listed.locks[0].silentMs).toBeGreaterThan(0)
    expect((await osier(repo.path, "ls", "--locks")).out).toMatch(/task\/1 .*\(dead\)[\s\S]*clean --stale/)
    const dry = await osier(repo.path, "clean", "--stale", "--dry-run", "--json")
    expect(JSON.parse(dry.out).removed).toMatchObject([{ what: "lock" }, { what: "tree", task: 1 }])
    expect(treesOf(repo).map((name) => existsSync(join(`${repo.path}.osier`, name, "half.txt")))).toEqual([true])
    const cleaned = await osier(repo.path, "clean", "--stale", "--json")
    expect(cleaned).toMatchObject({ code: 0, err: "" })
    expect(JSON.parse(cleaned.out)).toMatchObject({
      removed: [
        { what: "lock", name: lockRef("task", "1") },
        { what: "tree", task: 1 },
      ],
      left: [{ what: "lock", name: lockRef("task", "9") }],
    })
    const free = readLock(bare.git("cat-file", "-p", lockRef("task", "1")))
    expect(free?.state).toBe("free")
    expect(free?.fence).toBeGreaterThanOrEqual(lock?.fence ?? Infinity)
    expect(repo.git("show", "refs/osier/keep/1/1:half.txt")).toBe("half")
    expect(treesOf(repo)).toEqual([])
  }, 120_000)

  deeply(
    "with a remote that can't be reached this machine is cleaned all the same, and the exit code is 3",
    { timeout: 120_000 },
    async () => {
      const { bare, clone } = makeHub(files)
      const repo = clone()
      await killed(repo)
      const shared = bare.refs()[lockRef("task", "1")]
      repo.git("remote", "set-url", "origin", `${bare.path}.gone`)
      const cleaned = await osier(repo.path, "clean", "--stale", "--json")
      expect(cleaned.code).toBe(3)
      expect(cleaned.err).toContain("shared locks were left as they are: origin can't be reached")
      expect(JSON.parse(cleaned.out).removed).toMatchObject([{ what: "tree", task: 1 }])
      expect(repo.git("show", "refs/osier/keep/1/1:half.txt")).toBe("half")
      expect(repo.git("rev-parse", lockRef("task", "1"))).toBe(shared)
      expect(bare.refs()[lockRef("task", "1")]).toBe(shared)
      const listed = await osier(repo.path, "ls", "--locks")
      expect(listed).toMatchObject({ code: 3, out: expect.stringMatching(/^task\/1 /) })
      expect(listed.err).toContain("this is what was last seen: origin can't be reached")
    },
  )

  test("an owner whose clock is wrong, but who still moves, keeps its lock", async () => {
    const { clone } = makeHub(files)
    const [repo, theirs] = [clone(), clone()]
    const past = { expires: Date.now() - 3_600_000 }
    lockOf(theirs, 4, past)
    const cleaning = osier(repo.path, "clean", "--stale", "--json")
    let ended = false
    void cleaning.finally(() => (ended = true))
    while (!ended) {
      lockOf(theirs, 4, { ...past, nonce: `${performance.now()}` })
      await Promise.race([cleaning, new Promise((resolve) => setTimeout(resolve, 500))])
    }
    expect(JSON.parse((await cleaning).out)).toMatchObject({
      removed: [],
      left: [{ name: lockRef("task", "4"), why: expect.stringContaining("still gives signs of life") }],
    })
  }, 120_000)

  deeply("a lease from another machine that is over is freed once it has been watched", { timeout: 120_000 }, async () => {
    const { bare, clone } = makeHub(files)
    const repo = clone()
    lockOf(repo, 4, { expires: Date.now() - 3_600_000 })
    const started = performance.now()
    const cleaned = await osier(repo.path, "clean", "--stale", "--json")
    expect(JSON.parse(cleaned.out).removed).toMatchObject([{ what: "lock", name: lockRef("task", "4") }])
    expect(performance.now() - started).toBeGreaterThan(25_000)
    expect(readLock(bare.git("cat-file", "-p", lockRef("task", "4")))).toMatchObject({ state: "free", fence: 7 })
  })
})

describe("osier doctor with a remote", () => {
  type Checks = readonly { readonly name: string; readonly state: string; readonly found: string; readonly hint: string }[]
  const doctor = async (repo: Repo, ...args: readonly string[]) => {
    const ran = await osier(repo.path, "doctor", "--json", ...args)
    const { checks }: { readonly checks: Checks } = JSON.parse(ran.out)
    return { code: ran.code, named: (name: string) => checks.filter((check) => check.name === name) }
  }

  test("only looks; --probe tries out; a branch here that is behind, ahead or diverged is told with what to type", async () => {
    const { bare, clone } = makeHub(files)
    const [repo, other] = [clone(), clone()]
    const before = bare.refs()
    const first = await doctor(repo)
    expect(first.named("remote")).toMatchObject([{ state: "good", found: "origin answers" }])
    expect(first.named("remote refs")).toMatchObject([{ state: "odd", hint: "osier doctor --probe" }])
    expect(first.named("remote target")).toMatchObject([{ state: "good" }])
    other.commit("theirs", { "theirs.txt": "" })
    other.git("push", "-q", "origin", "main")
    const probed = await doctor(repo, "--probe")
    expect(probed.named("remote refs")).toMatchObject([{ state: "good" }])
    expect(probed.named("remote target")).toMatchObject([{ state: "odd", found: "main here is 1 commit behind origin" }])
    repo.commit("mine", { "mine.txt": "" })
    const apart = await doctor(repo)
    expect(apart.named("remote target")).toMatchObject([{ state: "odd", hint: "git pull --rebase origin main" }])
    expect(Object.keys(bare.refs())).toEqual(Object.keys(before))
    bare.hook("update", onlyBranches)
    const refused = await doctor(repo, "--probe")
    expect(refused.code).toBe(3)
    expect(refused.named("remote refs")).toMatchObject([
      { state: "bad", hint: "set `namespace: refs/heads/osier/` in osier.yaml, the same for everybody" },
    ])
  }, 120_000)

  deeply(
    "trees are told with what they take, and those that stand for longer than a week, whoever may work in them",
    { timeout: 120_000 },
    async () => {
      const repo = makeHub(files).clone()
      await osier(repo.path, "add", "One")
      const tree = (await osier(repo.path, "claim", "1")).out.trim()
      writeFileSync(join(tree, "big"), Buffer.alloc(3_000_000))
      const young = await doctor(repo)
      expect(young.named("old trees")).toEqual([])
      expect(young.named("trees")).toMatchObject([{ state: "good", found: "1 tree, all in use, 3MB" }])
      const then = new Date(Date.now() - 8.5 * 86_400_000)
      utimesSync(join(tree, ".git"), then, then)
      expect((await doctor(repo)).named("old trees")).toMatchObject([{ state: "odd", found: expect.stringContaining(`${tree} (8 days)`) }])
    },
  )

  deeply(
    "stale and broken locks, a clock that is ahead, an unreadable task, and a second store are each told",
    { timeout: 120_000 },
    async () => {
      const { bare, clone } = makeHub(files)
      const repo = clone()
      expect((await osier(repo.path, "add", "One", "Two")).code).toBe(0)
      lockOf(repo, 1, { expires: Date.now() - 3_600_000 })
      lockOf(repo, 2, { expires: Date.now() + 3_600_000 })
      repo.git("push", "-q", "origin", `HEAD:refs/heads/osier/locks/task/1`, `HEAD:refs/osier/locks/task/3`)
      const nonsense = repo.git("commit-tree", "-p", "refs/osier/tasks/2", "-m", "nonsense", "HEAD^{tree}")
      repo.git("push", "-q", "origin", `${nonsense}:refs/osier/tasks/2`)
      const { code, named } = await doctor(repo)
      expect(code).toBe(3)
      expect(named("locks")).toMatchObject([
        { state: "bad", hint: expect.stringContaining("git push origin :refs/osier/locks/task/3") },
        { state: "odd", found: "1 stale lock: task/1 (lease over, ash)", hint: expect.stringContaining("osier clean --stale") },
      ])
      expect(named("clock")).toMatchObject([{ state: "odd", found: expect.stringMatching(/the lock task\/2 of ash by 5[89]m/) }])
      expect(named("tasks")).toMatchObject([{ state: "bad", found: expect.stringContaining("refs/osier/tasks/2") }])
      expect(named("remote refs")).toMatchObject([{ state: "good" }, { state: "bad" }])
      repo.git("remote", "set-url", "origin", `${bare.path}.gone`)
      const cut = await doctor(repo)
      expect(cut.named("remote")).toMatchObject([{ state: "bad", hint: expect.stringContaining("git ls-remote origin") }])
      expect(cut.named("locks")).toHaveLength(2)
    },
  )
})
