import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { undoMoves } from "../../../core/steps/attempt/undoMoves.ts"
import { makeFolder } from "../../support/repo.ts"
import { makeWitness } from "../../support/witness.ts"
import { inWorld } from "../../support/world.ts"

test("what it moves in another repository is nobody's business, and that one's own hooks run there", async () => {
  const { repo, agent, tree, moves } = await makeWitness()
  writeFileSync(join(repo.path, ".git/hooks/post-commit"), "#!/bin/sh\ntouch the-users-hook-ran\n", { mode: 0o755 })
  for (const place of [join(tree.path, "inside"), join(makeFolder(), "outside")]) {
    agent("init", "-q", "-b", "main", place)
    const hooks = join(place, ".git/hooks")
    mkdirSync(hooks, { recursive: true })
    writeFileSync(join(hooks, "post-commit"), "#!/bin/sh\ntouch its-own-hook-ran\n", { mode: 0o755 })
    agent("-C", place, "-c", "user.name=A", "-c", "user.email=a@a", "commit", "-q", "--allow-empty", "-m", "a fixture")
    agent("-C", place, "branch", "other")
    expect(existsSync(join(place, "its-own-hook-ran"))).toBe(true)
    expect(existsSync(join(place, "the-users-hook-ran"))).toBe(false)
  }
  expect(await moves()).toEqual([])
  agent("branch", "other")
  expect((await moves()).map((move) => move.ref)).toEqual(["refs/heads/other"])
})

test("packing refs, as git gc does by itself in the middle of a commit, moves none of them", async () => {
  const { repo, base, agent, moves, witness } = await makeWitness()
  repo.git("branch", "other", base)
  repo.git("tag", "-a", "-m", "one", "v1", base)
  agent("commit", "-q", "--allow-empty", "-m", "work")
  agent("gc", "-q")
  const users = repo.git("commit-tree", "-m", "the user went on", `${base}^{tree}`)
  repo.git("update-ref", "refs/heads/main", users)
  agent("pack-refs", "--all")
  expect(await moves()).toEqual([])
  agent("branch", "-D", "other")
  expect((await moves()).map(({ ref, from, to }) => [ref, from, to])).toEqual([["refs/heads/other", base, undefined]])
  // Packed with the value it had when gc looked, while somebody moved it.
  const line = `${"0".repeat(40)} ${base} refs/heads/main`
  for (const state of ["prepared", "committed"]) appendFileSync(witness.log, `= n0nce ${state} ${repo.path}/.git\n> ${line}\n< ${users}\n`)
  expect((await moves()).map(({ ref }) => ref)).toEqual(["refs/heads/other"])
})

test("what somebody else wrote between two moves is what the second one is taken back to", async () => {
  const { repo, base, agent, moves } = await makeWitness()
  const [first, users, second] = ["first", "the user's", "second"].map((text) => repo.git("commit-tree", "-m", text, `${base}^{tree}`))
  agent("update-ref", "refs/heads/main", String(first))
  repo.git("update-ref", "refs/heads/main", String(users))
  agent("update-ref", "refs/heads/main", String(second))
  await inWorld(repo.path, undoMoves({ moves: await moves(), task: 1, attempt: 1 }))
  expect(repo.git("rev-parse", "main")).toBe(users)
})

test("it bears witness with settings of the agent's own, and where variables that sound like secrets are kept from git", async () => {
  const { agent, moves, witness } = await makeWitness()
  expect(Object.keys(witness.env).filter((name) => /KEY|TOKEN|SECRET/.test(name))).toEqual([])
  agent("-c", "core.abbrev=9", "-c", "user.name=it's me", "tag", "mine")
  expect((await moves()).map((move) => move.ref)).toEqual(["refs/tags/mine"])
})
