import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { run } from "../../core/engine/run/run.ts"
import { listTasks } from "../../core/steps/task/record.ts"
import { makeHub } from "../support/clones.ts"
import { stageOn } from "../support/engine.ts"
import type { Stage } from "../support/engine.ts"
import { osier } from "../support/program.ts"
import type { Repo } from "../support/repo.ts"
import { check, scribe } from "../support/scribe.ts"

const runReady = (stage: Stage) => stage.act(run({ ids: "ready" }))
const statuses = async (stage: Stage) => (await stage.act(listTasks())).map(({ id, status }) => `${id} ${status}`)

/** What a clone's own runs have landed. */
const landedBy = (stage: Stage) => stage.events().flatMap((event) => (event.type === "Landed" ? event.tasks : []))

/** Two clones that share tasks through a remote of that name, below that namespace. */
const makeBoth = (name: string, namespace: string) => {
  const yaml = `target: main\nremote: ${name}\nnamespace: ${namespace}\n${scribe}`
  const hub = makeHub({ "README.md": "# a\n", "osier.yaml": yaml, ...check })
  const stage = () => {
    const repo = hub.clone()
    if (name !== "origin") repo.git("remote", "rename", "origin", name)
    return stageOn(repo, yaml)
  }
  return { hub, mine: stage(), theirs: stage() }
}

/** What doctor finds wrong under that name, and the command at the end of what it tells. */
const examined = async ({ repo }: Stage, name: string) => {
  const { code, out } = await osier(repo.path, "doctor", "--json")
  const { checks }: { readonly checks: readonly { name: string; state: string; found: string; hint: string }[] } = JSON.parse(out)
  const faults = checks.filter((one) => one.name === name && one.state === "bad")
  return { code, found: faults.map(({ found }) => found), command: faults[0]?.hint.split(": ").at(-1) ?? "false" }
}
const typed = (repo: Repo, command: string) =>
  execFileSync("sh", ["-c", command], { cwd: repo.path, env: { ...process.env, HOME: repo.path }, stdio: "pipe" })

/** The object of a file that holds this text. */
const blob = (repo: Repo, text: string) => {
  const file = join(repo.path, ".git", "blob")
  writeFileSync(file, text)
  return repo.git("hash-object", "-w", file)
}
/** A tree of one row, as `git ls-tree` writes it. */
const treeOf = (repo: Repo, row: string) => {
  writeFileSync(join(repo.path, ".git", "rows"), `${row}\n`)
  return repo.git("-c", "alias.mk=!git mktree < .git/rows", "mk")
}

describe.each([
  ["origin", "refs/osier/"],
  ["hub", "refs/heads/osier/"],
])("on a remote that is called %s, below %s", (name, namespace) => {
  test(
    "a torn lock keeps back its own task alone; doctor tells every clone of it, and what it says frees it",
    { timeout: 300_000 },
    async () => {
      const { hub, mine, theirs } = makeBoth(name, namespace)
      for (const title of ["a", "b", "c"]) expect((await osier(mine.repo.path, "add", title)).code).toBe(0)
      const torn = blob(mine.repo, '{"state":"held","owner":{"host":"as')
      const wrapped = () => mine.repo.git("commit-tree", treeOf(mine.repo, `100644 blob ${torn}\trecord`), "-m", "x")
      const there = `${namespace}locks/task/1`
      const pushed = namespace.startsWith("refs/heads/") ? wrapped() : torn
      mine.repo.git("push", "-q", name, `${pushed}:${there}`)

      const reports = await Promise.all([runReady(mine), runReady(theirs)])
      for (const { exit, waiting } of reports) {
        expect(exit).not.toBe(0)
        expect(waiting).toMatchObject([{ id: 1, reason: "refs/osier/locks/task/1 does not hold a lock record" }])
      }
      expect([...landedBy(mine), ...landedBy(theirs)].toSorted((a, b) => a - b)).toEqual([2, 3])
      expect(await statuses(theirs)).toEqual(["1 pending", "2 merged", "3 merged"])
      expect(hub.bare.refs()[there]).toBe(pushed)
      for (const stage of [mine, theirs])
        expect(await examined(stage, "locks")).toMatchObject({ code: 3, found: [expect.stringContaining("refs/osier/locks/task/1")] })

      typed(theirs.repo, (await examined(theirs, "locks")).command)
      expect(hub.bare.refs()[there]).toBeUndefined()
      expect((await runReady(mine)).exit).toBe(0)
      expect((await runReady(theirs)).exit).toBe(0)
      expect(await statuses(theirs)).toEqual(["1 merged", "2 merged", "3 merged"])
      expect(await examined(theirs, "locks")).toMatchObject({ found: [] })
    },
  )

  test(
    "a record that nobody can read keeps back its own task alone, and what doctor says brings it back for all",
    { timeout: 300_000 },
    async () => {
      const { hub, mine, theirs } = makeBoth(name, namespace)
      const { repo } = mine
      for (const title of ["a", "b"]) expect((await osier(repo.path, "add", title)).code).toBe(0)
      const [here, there] = ["refs/osier/tasks/1", `${namespace}tasks/1`]
      const text = repo.git("show", `${here}:task.md`).replace("status: pending", "status: almost")
      const tree = treeOf(repo, repo.git("ls-tree", here).replace(/blob [0-9a-f]+\ttask\.md/, `blob ${blob(repo, `${text}\n`)}\ttask.md`))
      const broken = repo.git("commit-tree", tree, "-p", here, "-m", "by hand")
      repo.git("push", "-q", name, `${broken}:${there}`)

      expect((await runReady(mine)).landed.map(({ id }) => id)).toEqual([2])
      expect((await runReady(theirs)).landed).toEqual([])
      expect(await statuses(theirs)).toEqual(["2 merged"])
      expect(hub.bare.refs()[there]).toBe(broken)
      const shown = await osier(theirs.repo.path, "show", "1")
      expect(shown).toMatchObject({ code: 2, err: expect.stringContaining("`osier doctor` tells how") })
      for (const stage of [mine, theirs])
        expect(await examined(stage, "tasks")).toMatchObject({ code: 3, found: [expect.stringContaining(`${here}:task.md`)] })

      typed(theirs.repo, (await examined(theirs, "tasks")).command)
      expect((await runReady(mine)).landed.map(({ id }) => id)).toEqual([1])
      expect((await runReady(theirs)).exit).toBe(0)
      expect(await statuses(theirs)).toEqual(["1 merged", "2 merged"])
      expect(await examined(theirs, "tasks")).toMatchObject({ found: [] })
    },
  )
})
