import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, test } from "vitest"
import { eventsIn, osier } from "../support/program.ts"
import { makeRepo, type Repo } from "../support/repo.ts"
import { deeply } from "../support/deeply.ts"

const project = (more = ""): Repo =>
  makeRepo({
    "README.md": "# a\n",
    "check.sh": "test ! -e broken\n",
    "two.sh": `echo 1 > "$OSIER_SLUG-1.txt"; git add -A; git commit -qm "feat: the first half"
echo 2 > "$OSIER_SLUG-2.txt"; git add -A; git commit -qm "feat: the second half"\n`,
    "osier.yaml": `agents:
  two: { adapter: shell, command: ["sh", "two.sh"] }
  shy: { adapter: shell, command: ["sh", "-c", "if [ -e ../../repo.ready ]; then echo 1 > shy.txt; else exit 1; fi"] }
agent: two
gates: { test: { run: ["sh", "check.sh"] } }
limits: { retries: 0 }
${more}`,
  })

const branches = (repo: Repo) => repo.git("branch", "--format=%(refname:short)").split("\n")
const subjects = (repo: Repo, range: string) => repo.git("log", "--topo-order", "--reverse", "--format=%s", range).split("\n")

describe("waiting for a person's word", { timeout: 120_000 }, () => {
  test("--land review completes and keeps the branch; land lands; discard keeps; clean takes away only what is safe", async () => {
    const repo = project()
    const before = repo.git("rev-parse", "main")
    const run = await osier(repo.path, "run", "--land", "review", "one", "two", "three")
    expect(run.code, run.out).toBe(5)
    expect(run.out).toMatch(/Complete, waiting for your word:[\s\S]*osier land 1/)
    expect(repo.git("rev-parse", "main")).toBe(before)
    expect(branches(repo)).toEqual(["main", "task/one-1", "task/three-3", "task/two-2"])
    expect(repo.git("worktree", "list").split("\n")).toHaveLength(1)
    expect((await osier(repo.path, "clean")).code).toBe(0)
    expect(branches(repo)).toEqual(["main", "task/one-1", "task/three-3", "task/two-2"])

    // a bare run in between does not land by itself what a person wanted to look at
    const again = await osier(repo.path, "run", "--land", "review")
    expect(repo.git("rev-parse", "main"), again.out).toBe(before)

    const landed = await osier(repo.path, "land", "1", "2")
    expect(landed.code, landed.out).toBe(0)
    expect(repo.git("ls-files", "*.txt").split("\n")).toEqual(["one-1.txt", "one-2.txt", "two-1.txt", "two-2.txt"])
    expect(existsSync(join(repo.path, "two-2.txt"))).toBe(true)
    expect(branches(repo)).toEqual(["main", "task/three-3"])
    expect((await osier(repo.path, "land", "1")).code).toBe(2)

    const tip = repo.git("rev-parse", "task/three-3")
    expect((await osier(repo.path, "discard", "3")).code).toBe(0)
    const clean = await osier(repo.path, "clean", "--json")
    expect(clean.code, clean.err).toBe(0)
    expect(branches(repo)).toEqual(["main"])
    expect(repo.git("for-each-ref", `--contains=${tip}`, "--format=%(refname)", "refs/osier/keep")).toMatch(/^refs\/osier\/keep\/3\//)
    expect((await osier(repo.path, "land", "3")).code).toBe(2)
    expect(repo.git("for-each-ref", "refs/osier/locks/task")).toBe("")
  })

  deeply(
    "completed work that no longer passes on the moved target does not land, and can be tried again",
    { timeout: 120_000 },
    async () => {
      const repo = project()
      expect((await osier(repo.path, "run", "--land", "review", "one")).code).toBe(5)
      repo.commit("break it", { broken: "x\n" })
      const red = await osier(repo.path, "land", "1")
      expect(red.code, red.out).not.toBe(0)
      expect(subjects(repo, "main").at(-1)).toBe("break it")
      repo.git("rm", "-q", "broken")
      repo.git("commit", "-qm", "mend it")
      const status = JSON.parse((await osier(repo.path, "show", "1", "--json")).out).task.status
      const mended = await osier(repo.path, status === "failed" ? "retry" : "land", "1")
      expect(mended.code, mended.out).toBe(0)
      expect(existsSync(join(repo.path, "one-2.txt"))).toBe(true)
    },
  )

  deeply("retry gives a failed task another go under its old number, and is for failed ones alone", { timeout: 120_000 }, async () => {
    const repo = project()
    expect((await osier(repo.path, "run", "shy:shy")).code).toBe(1)
    expect((await osier(repo.path, "land", "1")).code).toBe(2)
    repo.write("../repo.ready", "")
    const retried = await osier(repo.path, "retry", "1")
    expect(retried.code, retried.out).toBe(0)
    expect(existsSync(join(repo.path, "shy.txt"))).toBe(true)
    const twice = await osier(repo.path, "retry", "1")
    expect(twice.code).toBe(2)
    expect(twice.err).toContain("task 1 is merged, not failed")
    const { task } = JSON.parse((await osier(repo.path, "show", "1", "--json")).out)
    expect(task.attempts).toMatchObject([
      { n: 1, outcome: "work" },
      { n: 2, outcome: "ok" },
    ])
  })
})

describe("what lands", { timeout: 120_000 }, () => {
  const commits: readonly (readonly [string, readonly string[]])[] = [
    ["squash", ["one"]],
    ["merge", ["feat: the first half", "feat: the second half", "one"]],
    ["rebase", ["feat: the first half", "feat: the second half", "one"]],
  ]
  for (const [mode, expected] of commits) {
    const title = `--merge ${mode}: each first parent is a landing, and the task's own commits are told`
    deeply(title, { timeout: 120_000 }, async () => {
      const repo = project()
      const before = repo.git("rev-parse", "main")
      const run = await osier(repo.path, "run", "--merge", mode, "--keep-branch", "one")
      expect(run.code, run.out).toBe(0)
      expect(repo.git("rev-parse", "main^")).toBe(before)
      const told = subjects(repo, `${before}..main`)
      expect(told).toHaveLength(expected.length)
      for (const [at, subject] of expected.entries()) expect(told[at]).toContain(subject)
      expect(repo.git("log", "-1", "--format=%(trailers:key=Osier-Task,valueonly)", "main").trim()).toBe("1")
      expect(branches(repo)).toEqual(["main", "task/one-1"])
      const own = repo.git("rev-parse", "task/one-1")
      // rebased onto where it stood already, within the second in which it was made, a commit is the very same one
      if (mode !== "rebase") expect(repo.git("rev-list", `${before}..main`).split("\n").includes(own)).toBe(mode === "merge")
      // a second one, on a target that has moved on meanwhile
      const next = await osier(repo.path, "run", "--merge", mode, "two")
      expect(next.code, next.out).toBe(0)
      expect(repo.git("rev-list", "--count", "--first-parent", "main")).toBe("3")
      expect(branches(repo)).toEqual(["main", "task/one-1"])
      expect(repo.git("fsck", "--strict", "--no-dangling")).not.toMatch(/error|missing/)
    })
  }

  deeply("branches by a pattern and a name of one's own, kept when the settings say so", { timeout: 120_000 }, async () => {
    const repo = project('branch: "work/{id}/{slug}"\nkeep_branch: true\n')
    expect((await osier(repo.path, "run", "one")).code).toBe(0)
    expect((await osier(repo.path, "run", "--name", "login", "Add a page to log in")).code).toBe(0)
    expect(branches(repo)).toEqual(["main", "work/1/one", "work/2/login"])
    expect((await osier(repo.path, "clean")).code).toBe(0)
    expect(branches(repo)).toContain("work/1/one")
  })
})

describe("a branch that is there already", { timeout: 120_000 }, () => {
  const plan = (adopt: boolean) => `tasks:\n  - { title: one, branch: feature, adopt: ${String(adopt)} }\n`

  test("is continued when the call adopts it, its own commits land with the task's, and it stays", async () => {
    const repo = project()
    repo.git("switch", "-qc", "feature")
    const begun = repo.commit("begun by hand", { "begun.txt": "x\n" })
    repo.git("switch", "-q", "main")
    repo.commit("meanwhile", { "other.txt": "x\n" })
    const { code, out, err } = await osier(repo.path, "run", "one", "--branch", "feature", "--adopt")
    expect(code, out + err).toBe(0)
    expect(repo.git("ls-files", "*.txt").split("\n")).toEqual(["begun.txt", "one-1.txt", "one-2.txt", "other.txt"])
    expect(branches(repo)).toEqual(["feature", "main"])
    expect(repo.git("merge-base", begun, "feature")).toBe(begun)
    expect(repo.git("rev-parse", "feature")).not.toBe(begun)
  })

  test("is refused, before anything is made, when the plan does not say so", async () => {
    const repo = project()
    repo.git("branch", "feature")
    repo.write("plan.yaml", plan(false))
    const { code, err } = await osier(repo.path, "run", "--from", "plan.yaml")
    expect(code).toBe(2)
    expect(err).toMatch(/branch feature is there already[\s\S]*adopt: true/)
    expect(repo.git("for-each-ref", "refs/osier/tasks")).toBe("")
  })

  test("is named with its place when it is checked out elsewhere, and nothing of it is touched", async () => {
    const repo = project()
    const elsewhere = join(dirname(repo.path), "elsewhere")
    repo.git("worktree", "add", "-q", "-b", "feature", elsewhere)
    const tip = repo.git("rev-parse", "feature")
    repo.write("plan.yaml", plan(true))
    const { code, out } = await osier(repo.path, "run", "--from", "plan.yaml")
    expect(code, out).not.toBe(0)
    expect(out).toContain(`branch feature is checked out at ${elsewhere}`)
    expect(out).toContain("Switch")
    expect(repo.git("rev-parse", "feature")).toBe(tip)
    expect(repo.git("-C", elsewhere, "status", "--porcelain")).toBe("")
    expect(eventsIn(join(repo.path, ".git")).some((event) => event.type === "AttemptStarted")).toBe(false)
  })

  test("of the name that a task would take is left alone: the task takes another", async () => {
    const repo = project()
    repo.git("branch", "task/one-1")
    const mine = repo.git("rev-parse", "task/one-1")
    expect((await osier(repo.path, "run", "one")).code).toBe(0)
    expect(repo.git("rev-parse", "task/one-1")).toBe(mine)
    expect(branches(repo)).toEqual(["main", "task/one-1"])
  })
})
