import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { attribution } from "../../../core/steps/attempt/attribution.ts"
import { undoMoves } from "../../../core/steps/attempt/undoMoves.ts"
import { userHooks } from "../../../core/world/git/userHooks.ts"
import { makeFolder } from "../../support/repo.ts"
import { makeWitness } from "../../support/witness.ts"
import { inWorld } from "../../support/world.ts"

test("its own branch, HEAD and a fetched mirror are an attempt's right", async () => {
  const { repo, agent, moves } = await makeWitness()
  repo.git("remote", "add", "origin", repo.path)
  agent("commit", "-q", "--allow-empty", "-m", "work")
  agent("commit", "-q", "--allow-empty", "--amend", "-m", "better work")
  agent("switch", "-q", "--detach")
  agent("fetch", "-q", "origin")
  expect(await moves()).toEqual([])
})

test("what it moved beyond that is known by value, and undone with the value kept", async () => {
  const { repo, base, agent, moves } = await makeWitness()
  repo.git("branch", "other", base)
  repo.git("branch", "gone", base)
  repo.git("pack-refs", "--all")
  agent("commit", "-q", "--allow-empty", "-m", "work")
  const work = agent("rev-parse", "HEAD")
  agent("update-ref", "refs/heads/main", work)
  agent("update-ref", "refs/heads/other", work)
  agent("branch", "-d", "gone")
  agent("tag", "mine")
  const found = await moves()
  expect(found.map(({ ref, from, to }) => [ref, from, to].map(String)).toSorted((a, b) => a.join().localeCompare(b.join()))).toEqual([
    ["refs/heads/gone", base, "undefined"],
    ["refs/heads/main", base, work],
    ["refs/heads/other", base, work],
    ["refs/tags/mine", "undefined", work],
  ])
  const users = repo.git("commit-tree", "-m", "the user went on", `${base}^{tree}`)
  repo.git("update-ref", "refs/heads/other", users)
  const { undone, left } = await inWorld(repo.path, undoMoves({ moves: found, task: 1, attempt: 3 }))
  expect(left.map((move) => move.ref)).toEqual(["refs/heads/other"])
  expect(undone.map((move) => move.ref).toSorted()).toEqual(["refs/heads/gone", "refs/heads/main", "refs/tags/mine"])
  expect(["main", "gone", "other"].map((name) => repo.git("rev-parse", name))).toEqual([base, base, users])
  expect(repo.git("tag")).toBe("")
  expect(repo.git("rev-parse", "refs/osier/keep/1/3^1")).toBe(work)
})

test("a user's commit beside it is not attributed, and one the agent makes in the user's checkout is", async () => {
  const { repo, base, agent, moves } = await makeWitness()
  repo.commit("the user's", { "u.txt": "u" })
  expect(await moves()).toEqual([])
  const users = repo.git("rev-parse", "HEAD")
  agent("-C", repo.path, "commit", "-q", "--allow-empty", "-m", "intrusion")
  expect((await moves()).map(({ ref, from }) => [ref, from].map(String)).toSorted((a, b) => a.join().localeCompare(b.join()))).toEqual([
    ["HEAD", users],
    ["refs/heads/main", users],
  ])
  expect(users).not.toBe(base)
})

test("a stash pushed from a tree is undone without touching the user's stashes", async () => {
  const { repo, agent, moves, tree } = await makeWitness()
  repo.write("a.txt", "the user's\n")
  repo.git("stash", "push", "-q", "-m", "mine 1")
  repo.write("a.txt", "the user's again\n")
  repo.git("stash", "push", "-q", "-m", "mine 2")
  const before = repo.git("stash", "list", "--format=%H %gs")
  for (const text of ["agent 1\n", "agent 2\n"]) {
    writeFileSync(join(tree.path, "a.txt"), text)
    agent("stash", "push", "-q")
  }
  const found = await moves()
  expect(found.map((move) => move.ref)).toEqual(["refs/stash"])
  await inWorld(repo.path, undoMoves({ moves: found, task: 1, attempt: 1 }))
  expect(repo.git("stash", "list", "--format=%H %gs")).toBe(before)
  expect(repo.git("show", "refs/osier/keep/1/1^1:a.txt")).toBe("agent 2")
})

test("the user's hooks run as ever: refusing, relative to the tree, and added later", async () => {
  const { repo, agent, tree, moves } = await makeWitness()
  const hooks = join(repo.path, ".git/hooks")
  mkdirSync(hooks, { recursive: true })
  writeFileSync(join(hooks, "commit-msg"), `#!/bin/sh\ngrep -q good "$1"\n`, { mode: 0o755 })
  expect(() => agent("commit", "-q", "--allow-empty", "-m", "bad")).toThrow(/./)
  agent("commit", "-q", "--allow-empty", "-m", "good")
  writeFileSync(join(hooks, "reference-transaction"), `#!/bin/sh\n[ "$1" = prepared ] && grep -q refs/heads/no && exit 1; exit 0\n`, {
    mode: 0o755,
  })
  expect(() => agent("branch", "no")).toThrow(/./)
  expect(await moves()).toEqual([])

  repo.git("config", "core.hooksPath", "hooks here")
  expect(await inWorld(repo.path, userHooks())).toBe("hooks here")
  const again = await inWorld(repo.path, attribution({ folder: join(makeFolder(), "2"), nonce: "2" }))
  mkdirSync(join(tree.path, "hooks here"))
  writeFileSync(join(tree.path, "hooks here/post-commit"), "#!/bin/sh\ntouch ran\n", { mode: 0o755 })
  execFileSync("git", ["commit", "-q", "--allow-empty", "-m", "bad"], { cwd: tree.path, env: { ...process.env, ...again.env } })
  expect(existsSync(join(tree.path, "ran"))).toBe(true)
  expect(readFileSync(again.log, "utf8")).toContain("refs/heads/task/x-1")
})
