import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, test } from "vitest"
import { lockRef } from "../../core/domain/lock/lock.ts"
import { open } from "../../core/osier.ts"
import { makeHub } from "../support/clones.ts"
import { eventsIn, osier, startOsier } from "../support/program.ts"
import { makeBare } from "../support/remotes.ts"
import { makeRepo, type Repo } from "../support/repo.ts"
import { osierBuilt } from "../support/runtimes.ts"
import { check, scribe, trees } from "../support/scribe.ts"
import { deeply } from "../support/deeply.ts"

const prepared = (more = ""): Repo => makeRepo({ "README.md": "# a\n", "osier.yaml": scribe + more, ...check })
const as = (cwd: string, session: string, ...args: readonly string[]) =>
  startOsier(osierBuilt(), cwd, args, { OSIER_SESSION: session }).ended
const committed = (repo: Repo, tree: string, file: string, text = "x\n") => {
  writeFileSync(join(tree, file), text)
  repo.git("-C", tree, "add", "-A")
  repo.git("-C", tree, "commit", "-q", "-m", `add ${file}`)
}
const shown = async (repo: Repo, id: number) => JSON.parse((await osier(repo.path, "show", String(id), "--json")).out)

describe("a tree by hand", { timeout: 120_000 }, () => {
  test("from text to landed: one path on stdout, plan and prompt inside, claimed, done", async () => {
    const repo = prepared()
    const plan = join(dirname(repo.path), "oauth.md")
    writeFileSync(plan, "# Steps\n1. callbacks\n")
    const made = await osier(repo.path, "tree", "Implement OAuth2", "--plan", plan, "--agent", "scribe")
    expect(made).toMatchObject({ code: 0, out: `${repo.path}.osier/implement-oauth2-1\n` })
    const tree = made.out.trim()
    expect(readFileSync(join(tree, ".osier/plan.md"), "utf8")).toBe("# Steps\n1. callbacks\n")
    expect(readFileSync(join(tree, ".osier/prompt.md"), "utf8")).toMatch(/1\. callbacks[\s\S]*Rules:/)
    expect((await shown(repo, 1)).task).toMatchObject({ status: "pending", agent: "scribe", branch: "task/implement-oauth2-1" })
    expect((await osier(repo.path, "tree", "Implement OAuth2")).out).toBe(made.out)
    expect((await osier(repo.path, "tree", "#1")).out).toBe(made.out)
    // clean-up leaves it
    expect((await osier(repo.path, "clean")).out).toContain(`left tree ${tree}`)

    const claimed = await osier(repo.path, "claim", "1", "--json")
    expect(JSON.parse(claimed.out).claim).toMatchObject({ id: 1, email: "dev@example.com", refreshed: false, place: { path: tree } })
    expect((await shown(repo, 1)).task).toMatchObject({ status: "running", assigned_to: "dev@example.com" })
    expect(statSync(join(repo.path, ".git/osier/claims/1")).mode & 0o777).toBe(0o600)
    expect((await osier(repo.path, "ls", "--locks")).out).toMatch(/task\/1 +dev@example\.com +claimed on \S+ +for another/)

    const early = await osier(tree, "done")
    expect(early).toMatchObject({ code: 1, out: "" })
    expect(early.err).toMatch(/there is no commit ahead of [0-9a-f]{12}[\s\S]*osier release 1/)
    writeFileSync(join(tree, "login.txt"), "login\n")
    expect((await osier(tree, "done")).err).toMatch(/not committed yet: login\.txt\n.*git -C .* add -A/)
    committed(repo, tree, "login.txt")
    const ended = await osier(tree, "done")
    expect(ended).toMatchObject({ code: 0, err: expect.stringContaining(`cd ${repo.path}\n`) })
    expect(ended.out).toMatch(/Landed on main:\n +✓ #1 +Implement OAuth2 .*passed test/)
    expect(existsSync(join(repo.path, "login.txt"))).toBe(true)
    expect(trees(repo.path)).toEqual([])
    expect(repo.git("for-each-ref", "refs/osier/locks/task", "refs/heads/task")).toBe("")
    expect(existsSync(join(repo.path, ".git/osier/claims/1"))).toBe(false)
    const told = eventsIn(join(repo.path, ".git")).flatMap((event) => ("task" in event && event.task === 1 ? [event.type] : []))
    expect(told.filter((type) => type.startsWith("Task"))).toEqual(["TaskAdded", "TaskClaimed", "TaskCompleted", "TaskMerged"])
  })

  deeply("what the gates or the train refuse stays with the one who claimed it", { timeout: 120_000 }, async () => {
    const repo = prepared()
    await osier(repo.path, "add", "Mend it")
    const tree = (await osier(repo.path, "claim", "1")).out.trim()
    committed(repo, tree, "broken")
    const red = await osier(tree, "done")
    expect(red.code).toBe(1)
    expect(red.err).toMatch(/did not pass|gate test: fail/)
    expect((await shown(repo, 1)).task.status).toBe("running")
    repo.git("-C", tree, "rm", "-q", "broken")
    repo.git("-C", tree, "commit", "-q", "-m", "mend")
    committed(repo, tree, "README.md", "# theirs\n")
    repo.commit("mine", { "README.md": "# mine\n" })
    const clash = await osier(tree, "done")
    expect(clash.code).toBe(1)
    expect(clash.err).toMatch(/README\.md[\s\S]*osier done 1/)
    expect((await shown(repo, 1)).task).toMatchObject({ status: "running" })
    expect((await osier(tree, "claim", "1")).code).toBe(0)
    expect(() => repo.git("-C", tree, "merge", "-q", "main")).toThrow()
    committed(repo, tree, "README.md", "# both\n")
    expect((await osier(tree, "done")).code).toBe(0)
    expect(readFileSync(join(repo.path, "README.md"), "utf8")).toBe("# both\n")
  })

  deeply("what was copied into the tree, and a repository left in it, is not taken for work", { timeout: 120_000 }, async () => {
    const repo = prepared('tree: { copy: [".env"] }\n')
    repo.write(".env", "SECRET=1\n")
    await osier(repo.path, "add", "Mend it")
    const tree = (await osier(repo.path, "claim", "1")).out.trim()
    repo.git("-C", tree, "init", "-q", "inner")
    repo.git("-C", join(tree, "inner"), "commit", "-q", "--allow-empty", "-m", "inner")
    repo.git("-C", tree, "add", "-A")
    repo.git("-C", tree, "commit", "-q", "-m", "all of it")
    const [copied, text] = [await osier(tree, "done"), /must not be committed[\s\S]*\.env[\s\S]*rm --cached \.env/]
    expect([copied.code, copied.err]).toEqual([1, expect.stringMatching(text)])
    repo.git("-C", tree, "rm", "-q", "--cached", ".env")
    repo.git("-C", tree, "commit", "-q", "-m", "not that")
    const pointer = await osier(tree, "done")
    expect([pointer.code, pointer.err]).toEqual([1, expect.stringMatching(/inner is a repository of its own/)])
    rmSync(join(tree, "inner/.git"), { recursive: true })
    repo.git("-C", tree, "rm", "-q", "--cached", "inner")
    writeFileSync(join(tree, "inner/a.txt"), "a\n")
    repo.git("-C", tree, "add", "inner/a.txt")
    repo.git("-C", tree, "commit", "-q", "-m", "mend")
    const { code, err } = await osier(tree, "done")
    expect(code, err).toBe(0)
    expect(repo.git("ls-tree", "-r", "--name-only", "main")).not.toContain(".env")
  })

  deeply("in review mode done work waits for osier land", { timeout: 120_000 }, async () => {
    const repo = prepared("land: review\n")
    await osier(repo.path, "add", "Mend it")
    const tree = (await osier(repo.path, "claim", "1")).out.trim()
    committed(repo, tree, "a.txt")
    const ended = await osier(repo.path, "done", "1")
    expect(ended.code).toBe(5)
    expect(ended.out).toMatch(/waiting for your word:[\s\S]*osier land 1/)
    expect((await osier(repo.path, "land", "1")).code).toBe(0)
    expect(existsSync(join(repo.path, "a.txt"))).toBe(true)
  })
})

describe("one owner", { timeout: 120_000 }, () => {
  deeply("of sixteen that claim a task at the same time, in worktrees of one clone, one gets it", { timeout: 120_000 }, async () => {
    const repo = prepared("target: main\n")
    await osier(repo.path, "add", "Wanted")
    const places = [repo.path, join(dirname(repo.path), "second"), join(dirname(repo.path), "third")]
    for (const place of places.slice(1)) repo.git("worktree", "add", "-q", "--detach", place)
    const all = await Promise.all(
      Array.from({ length: 16 }, (_, n) => osier(places[n % 3] ?? "", "claim", "1", "--as", `p${n}@example.com`)),
    )
    const won = all.filter(({ code }) => code === 0)
    expect(all.map(({ code }) => code).filter((code) => code !== 0)).toEqual(Array.from({ length: 15 }, () => 4))
    expect(won).toHaveLength(1)
    const { task, lock } = await shown(repo, 1)
    for (const { err } of all.filter(({ code }) => code === 4)) {
      expect(err).toContain(`task 1 is held by ${task.assigned_to} (claimed on `)
      expect(err).toContain("--steal")
    }
    expect(lock.owner.email).toBe(task.assigned_to)
    expect(trees(repo.path)).toEqual(["wanted-1"])
  })

  deeply(
    "a claim again: with its proof it is renewed, without it is another one's, same host and e-mail or not",
    { timeout: 120_000 },
    async () => {
      const repo = prepared()
      await osier(repo.path, "add", "Wanted")
      const tree = (await as(repo.path, "agent a", "claim", "1", "--for", "1h")).out.trim()
      const first = (await shown(repo, 1)).lock.expires
      const again = await as(repo.path, "agent a", "claim", "1", "--for", "2h", "--json")
      expect(JSON.parse(again.out).claim).toMatchObject({ refreshed: true, fence: 1 })
      expect((await shown(repo, 1)).lock.expires).toBeGreaterThan(first + 3_500_000)
      for (const refused of [
        await as(repo.path, "agent b", "claim", "1"),
        await osier(repo.path, "claim", "1"),
        await osier(tree, "release"),
      ]) {
        expect(refused).toMatchObject({ code: 4, out: "" })
        expect(refused.err).toMatch(/held by dev@example\.com \(claimed on .*\) since 20\S+, until 20\S+/)
      }
      expect((await shown(repo, 1)).next).toEqual(["osier ls --locks", "osier claim 1 --steal"])
      const own = await as(repo.path, "agent a", "show", "1", "--json")
      expect(JSON.parse(own.out)).toMatchObject({ tree, next: ["osier done 1", "osier release 1"] })
      expect(readFileSync(join(repo.path, ".git/osier/claims/1"), "utf8")).not.toContain("nonce")
      expect((await as(repo.path, "agent a", "release", "1")).code).toBe(0)
      expect((await as(repo.path, "agent a", "release", "1")).code).toBe(2)
    },
  )

  deeply("taken by force: recorded, and the one who had it can do nothing more", { timeout: 120_000 }, async () => {
    const repo = prepared()
    await osier(repo.path, "add", "Wanted")
    const tree = (await as(repo.path, "a", "claim", "1", "--as", "a@example.com")).out.trim()
    committed(repo, tree, "half.txt")
    const racers = await Promise.all([
      as(repo.path, "b", "claim", "1", "--steal", "--as", "b@example.com"),
      as(repo.path, "c", "claim", "1", "--steal", "--as", "c@example.com"),
      as(repo.path, "d", "claim", "1", "--as", "d@example.com"),
    ])
    const { task, lock } = await shown(repo, 1)
    // both forced claims may come one after the other, which takes twice; the third never wins
    expect(racers[2]?.code).toBe(4)
    expect(racers.filter(({ code }) => code === 0).length).toBeGreaterThan(0)
    expect(lock.owner.email).toMatch(/^[bc]@/)
    expect(task).toMatchObject({ status: "running", assigned_to: lock.owner.email })
    expect(task.reason).toMatch(/^taken over from [abc]@example\.com \(claimed on .*\) by [bc]@example\.com$/)
    const fences = eventsIn(join(repo.path, ".git")).flatMap((event) =>
      event.type === "TaskClaimed" ? [[event.fence, event.from?.[0]]] : [],
    )
    // whoever was robbed before it could say a word of it says none, and who did it may speak first
    expect(fences[0]).toEqual([1, undefined])
    const taken = fences.slice(1).toSorted(([one], [other]) => Number(one) - Number(other))
    expect([2, 3]).toContain(taken.at(-1)?.[0])
    expect(taken.at(-1)?.[1]).toMatch(/^[abc]$/)
    const late = await as(tree, "a", "done")
    expect(late.code).toBe(4)
    expect(repo.git("log", "--format=%s", "main")).toBe("init")
    // whoever has it goes on with what was there
    expect((await as(tree, lock.owner.email[0], "done")).code).toBe(0)
    expect(existsSync(join(repo.path, "half.txt"))).toBe(true)
  })

  deeply("a run starts no claimed task, and leaves the work of one whose claim ran out alone", { timeout: 120_000 }, async () => {
    const repo = prepared()
    await osier(repo.path, "add", "Mine", "Free")
    const tree = (await osier(repo.path, "claim", "1")).out.trim()
    const ran = await osier(repo.path, "run")
    expect(ran.code).toBe(4)
    expect(ran.out).toMatch(/✓ #2[\s\S]*● #1 +Mine\n +task 1 is held by dev@example\.com/)
    expect(existsSync(tree)).toBe(true)
    writeFileSync(join(tree, "half.txt"), "half\n")
    // from inside its tree a claim is made shorter, too
    expect((await osier(tree, "claim", "1", "--for", "1s")).code).toBe(0)
    for (let tries = 0; tries < 60; tries++) {
      if ((await osier(repo.path, "ls", "--locks")).out.match(/expired (?:[6-9]|\d\d)/)) break
    }
    const after = await osier(repo.path, "run")
    expect(after.code).toBe(5)
    expect(after.out).toMatch(/1 changed file in .*mine-1[\s\S]*osier claim 1/)
    expect(readFileSync(join(tree, "half.txt"), "utf8")).toBe("half\n")
    expect((await osier(repo.path, "claim", "1")).out.trim()).toBe(tree)
  })

  test("a lock that is no lock frees nothing", async () => {
    const repo = prepared()
    await osier(repo.path, "add", "Wanted")
    repo.write("junk", '{"state":"held","owner"')
    repo.git("update-ref", lockRef("task", "1"), repo.git("hash-object", "-w", "junk"))
    for (const args of [
      ["claim", "1"],
      ["claim", "1", "--steal"],
      ["done", "1"],
      ["release", "1"],
    ]) {
      const { code, err } = await osier(repo.path, ...args)
      expect([args, code]).toEqual([args, 3])
      expect(err).toMatch(/does not hold a lock record[\s\S]*osier doctor/)
    }
  })
})

describe("giving it back", { timeout: 120_000 }, () => {
  deeply("nothing done: pending as before; something done: kept, and said", { timeout: 120_000 }, async () => {
    const repo = prepared()
    await osier(repo.path, "add", "Wanted")
    await osier(repo.path, "claim", "1")
    const empty = await osier(repo.path, "release", "1")
    expect(empty).toMatchObject({ code: 0, err: "" })
    expect((await shown(repo, 1)).task).toMatchObject({ status: "pending" })
    expect((await shown(repo, 1)).task).not.toHaveProperty("assigned_to")
    expect([trees(repo.path), repo.git("for-each-ref", "refs/heads/task", "refs/osier/keep")]).toEqual([[], ""])

    const tree = (await osier(repo.path, "claim", "1")).out.trim()
    committed(repo, tree, "one.txt")
    writeFileSync(join(tree, "two.txt"), "two\n")
    const full = await osier(tree, "release")
    expect(full.code).toBe(0)
    expect(full.out).toMatch(/#1 released, it is pending now\n +1 commit and 1 changed file: kept at (refs\/osier\/keep\/1\/\S+)/)
    expect((await shown(repo, 1)).task.reason).toMatch(/released: 1 commit and 1 changed file kept at/)
    expect(trees(repo.path)).toEqual([])
    const back = join(dirname(repo.path), "back")
    expect((await osier(repo.path, "keep", "restore", "1", "--to", back)).code).toBe(0)
    expect([existsSync(join(back, "one.txt")), existsSync(join(back, "two.txt"))]).toEqual([true, true])
    expect((await osier(repo.path, "run")).code).toBe(0)
  })
})

describe("without a tree", { timeout: 120_000 }, () => {
  deeply("two tasks with disjoint scopes in one checkout; a third that may be in their way is refused", { timeout: 120_000 }, async () => {
    const repo = prepared()
    repo.write(
      "plan.yaml",
      "tasks:\n  a: { title: A, scope: [a/**] }\n  b: { title: B, scope: [b/**] }\n  c: { title: C, scope: [a/x] }\n  d: { title: D }\n",
    )
    await osier(repo.path, "add", "--from", "plan.yaml")
    const status = () => repo.git("status", "--porcelain")
    const before = status()
    expect(await osier(repo.path, "claim", "1", "--no-tree")).toMatchObject({ code: 0, out: `${repo.path}\n` })
    expect((await osier(repo.path, "claim", "2", "--no-tree")).code).toBe(0)
    const third = await osier(repo.path, "claim", "3", "--no-tree")
    expect(third.code).toBe(4)
    expect(third.err).toMatch(/their scopes overlap: a\/x and a\/\*\*|a\/\*\*/)
    expect((await osier(repo.path, "claim", "4", "--no-tree")).err).toContain("one of them declares no scope")
    const forced = await osier(repo.path, "claim", "3", "--no-tree", "--allow-overlap")
    expect(forced.code).toBe(0)
    expect(forced.err).toContain("task 1 is worked on in this checkout")
    expect((await osier(repo.path, "release", "3")).code).toBe(0)
    expect(status()).toBe(before)

    repo.write("a/one.txt", "one\n")
    repo.write("b/two.txt", "two\n")
    repo.git("add", "a")
    repo.git("commit", "-q", "-m", "one")
    const head = repo.git("rev-parse", "HEAD")
    expect((await osier(repo.path, "done", "2")).err).toContain("not committed yet: b/two.txt")
    const ended = await osier(repo.path, "done", "1")
    expect(ended.code).toBe(0)
    expect((await shown(repo, 1)).task).toMatchObject({ status: "merged", reason: "nothing to land: it is on the target already, by hand" })
    const released = await osier(repo.path, "release", "2")
    expect(released.out).toMatch(/1 changed file: left in your checkout as it is/)
    // nothing was committed, stashed or moved by osier
    expect(repo.git("rev-parse", "HEAD")).toBe(head)
    expect(status()).toContain("?? b/")
    expect(trees(repo.path)).toEqual([])
  })

  test("on a branch of its own it is judged, and lands only when somebody says so", async () => {
    const repo = prepared("target: main\n")
    await osier(repo.path, "add", "A", "B")
    repo.git("switch", "-q", "-c", "feature")
    expect((await osier(repo.path, "claim", "1", "--no-tree")).code).toBe(0)
    repo.commit("feature", { "a.txt": "a\n" })
    const ended = await osier(repo.path, "done", "1")
    expect(ended.code).toBe(5)
    expect(ended.out).toContain("complete on feature, in your checkout")
    expect(repo.git("log", "--format=%s", "main")).toBe("init")
    expect((await osier(repo.path, "land", "1")).code).toBe(0)
    expect(repo.git("cat-file", "-t", "main:a.txt")).toBe("blob")
    expect(repo.git("branch", "--show-current")).toBe("feature")
    repo.git("switch", "-q", "--detach")
    const detached = await osier(repo.path, "claim", "2", "--no-tree")
    expect(detached.code).toBe(2)
    expect(detached.err).toContain("git switch -c")
  })
})

describe("through a remote", { timeout: 120_000 }, () => {
  test("two clones: one gets it, force moves it, the zombie lands nothing, the new owner's work lands there", async () => {
    const hub = makeBare()
    const a = prepared("remote: origin\ntarget: main\n")
    a.git("remote", "add", "origin", hub.path)
    a.git("push", "-q", "origin", "main")
    const b = join(dirname(a.path), "b")
    a.git("clone", "-q", hub.path, b)
    a.git("-C", b, "config", "user.name", "B")
    a.git("-C", b, "config", "user.email", "b@example.com")
    expect((await osier(a.path, "add", "Wanted")).code).toBe(0)
    const both = await Promise.all([a.path, b, a.path, b].map((clone) => osier(clone, "claim", "1")))
    expect(both.map(({ code }) => code).toSorted((x, y) => (x ?? 0) - (y ?? 0))).toEqual([0, 4, 4, 4])
    const won = both.findIndex(({ code }) => code === 0)
    const old = both[won]?.out.trim() ?? ""
    const other = won % 2 === 0 ? b : a.path
    const taken = await osier(other, "claim", "1", "--steal")
    expect(taken.code).toBe(0)
    for (const tree of [old, taken.out.trim()]) committed(a, tree, "work.txt", `${tree}\n`)
    const late = await osier(old, "done")
    expect(late.code).toBe(4)
    expect(late.err).toContain("task 1 is held by")
    expect((await osier(taken.out.trim(), "done")).code).toBe(0)
    expect(hub.git("show", "main:work.txt")).toBe(taken.out.trim())
    expect(hub.git("log", "--format=%s", "main").split("\n")).toHaveLength(2)
    expect(Object.keys(hub.refs())).not.toContain(lockRef("task", "1"))
  })

  deeply(
    "what was finished on a branch of somebody's own is done by nobody else, and lands from elsewhere once it is pushed",
    { timeout: 120_000 },
    async () => {
      const hub = makeHub({
        "osier.yaml": `remote: origin\ntarget: main\nagent: again\nagents: { again: { adapter: shell, command: ["touch", "again.txt"] } }\ngates: { test: ["true"] }\n`,
      })
      const [a, b] = [hub.clone(), hub.clone()]
      expect((await osier(a.path, "add", "Wanted")).code).toBe(0)
      a.git("switch", "-q", "-c", "mine")
      expect((await osier(a.path, "claim", "1", "--no-tree")).code).toBe(0)
      a.commit("mine", { "mine.txt": "mine\n" })
      expect((await osier(a.path, "done", "1")).code).toBe(5)
      const there = await osier(b.path, "run")
      expect(there.code).toBe(5)
      expect(there.out).toContain("git push origin mine")
      expect((await shown(b, 1)).task).toMatchObject({ status: "completed" })
      a.git("push", "-q", "origin", "mine")
      expect((await osier(b.path, "run")).code).toBe(0)
      expect(hub.bare.git("ls-tree", "--name-only", "main").split("\n").toSorted()).toEqual(["mine.txt", "osier.yaml"])
      expect(Object.keys(hub.bare.refs())).toContain("refs/heads/mine")
    },
  )

  test("one that can't be reached is never free", async () => {
    const hub = makeBare()
    const repo = prepared("remote: origin\ntarget: main\n")
    repo.git("remote", "add", "origin", hub.path)
    repo.git("push", "-q", "origin", "main")
    await osier(repo.path, "add", "Wanted")
    repo.git("remote", "set-url", "origin", `${hub.path}.gone`)
    const cut = await osier(repo.path, "claim", "1")
    expect(cut).toMatchObject({ code: 3, out: "" })
    expect(trees(repo.path)).toEqual([])
  })
})

deeply("a program claims, works and is done through the library", { timeout: 120_000 }, async () => {
  const repo = prepared()
  const mine = await open(repo.path)
  try {
    await mine.addTasks(["By program"])
    const { place, refreshed } = await mine.claim(1, { forMs: 60_000, as: "bot@example.com" })
    expect([refreshed, (await mine.task(1)).assigned_to]).toEqual([false, "bot@example.com"])
    await expect(mine.done(1)).rejects.toMatchObject({ _tag: "NotDone", exit: 1 })
    committed(repo, place?.path ?? "", "bot.txt")
    expect(await mine.done(1)).toMatchObject({ exit: 0, landed: [{ id: 1 }] })
  } finally {
    await mine.close()
  }
  expect(existsSync(join(repo.path, "bot.txt"))).toBe(true)
})
