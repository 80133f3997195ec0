import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { checkedOutSomewhere, findCheckouts } from "../../../core/steps/checkout/checkout.ts"
import { land } from "../../../core/steps/land/land.ts"
import { mainCheckout } from "../../../core/world/git/mainCheckout.ts"
import { Repository } from "../../../core/world/git/repository.ts"
import { makeFolder, makeRepo, repoAt } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const placeOf = (path: string) =>
  inWorld(
    path,
    Effect.map(Effect.service(Repository), ({ root, tree, bare }) => ({ root, tree, bare })),
  )
const mainOf = (from: string, commonDir: string) => inWorld(from, mainCheckout(commonDir))

/** A repository whose git directory lies elsewhere, by another name. */
const separate = (): { readonly repo: Repo; readonly store: string } => {
  const folder = makeFolder()
  const store = join(folder, "store", "shop.git")
  mkdirSync(join(folder, "store"))
  const path = join(folder, "shop")
  execFileSync("git", ["init", "-q", "-b", "main", "--separate-git-dir", store, path])
  const repo = repoAt(path)
  repo.git("config", "user.name", "Dev")
  repo.git("config", "user.email", "dev@example.com")
  repo.commit("init", { "a.txt": "a\n" })
  return { repo, store }
}

/** One of osier's trees, as its lock says. */
const treeOf = (repo: Repo): string => {
  const tree = join(makeFolder(), "tree")
  repo.git("worktree", "add", "-q", "--lock", "--reason", "osier: tree-1", tree)
  return tree
}

test("a checkout whose git directory lies elsewhere is found from a tree, once osier was started in it", async () => {
  const { repo, store } = separate()
  const tree = treeOf(repo)
  await expect(placeOf(tree)).rejects.toMatchObject({ _tag: "NoRepository", hint: expect.stringContaining("osier ls") })
  expect(await placeOf(repo.path)).toEqual({ root: repo.path, bare: false })
  expect(await placeOf(tree)).toEqual({ root: repo.path, tree, bare: false })
  // Moved since: what is remembered leads nowhere, and is not believed.
  renameSync(repo.path, `${repo.path}-moved`)
  expect(await mainOf(`${repo.path}-moved`, store)).toMatchObject({ type: "at", path: `${repo.path}-moved` })
  expect(await placeOf(tree)).toMatchObject({ root: `${repo.path}-moved` })
})

test("a link in the place of the git directory is followed", async () => {
  const repo = makeRepo()
  const store = join(makeFolder(), "elsewhere")
  renameSync(join(repo.path, ".git"), store)
  symlinkSync(store, join(repo.path, ".git"))
  const tree = treeOf(repo)
  await placeOf(repo.path)
  expect(await placeOf(tree)).toMatchObject({ root: repo.path, bare: false })
})

test("a branch that is checked out in a place that nobody can tell is not moved", async () => {
  const { repo } = separate()
  const from = repo.git("rev-parse", "HEAD")
  const to = repo.git("commit-tree", "HEAD^{tree}", "-p", from, "-m", "next")
  const linked = join(makeFolder(), "linked")
  repo.git("worktree", "add", "-q", "-b", "other", linked)
  const target = "refs/heads/main"
  expect(await inWorld(linked, checkedOutSomewhere(target))).toMatchObject({
    type: "blocked",
    reason: expect.stringContaining("does not name"),
  })
  const asked = { target, from, to, expect: () => [], reason: "r" }
  expect(await inWorld(linked, land(asked))).toMatchObject({ type: "waits" })
  expect(repo.git("rev-parse", "main")).toBe(from)
  expect(repo.git("status", "--porcelain")).toBe("")
  await placeOf(repo.path)
  expect(await inWorld(linked, findCheckouts(target))).toMatchObject([{ path: repo.path }])
  expect(await inWorld(linked, land(asked))).toMatchObject({ type: "landed", followed: repo.path })
})

test("of a bare repository the worktree counts that osier was last started in", async () => {
  const seed = makeRepo()
  const folder = realpathSync(makeFolder())
  const bare = join(folder, "project", ".git")
  seed.git("clone", "-q", "--bare", seed.path, bare)
  const main = join(folder, "project", "main")
  seed.git("--git-dir", bare, "worktree", "add", "-q", main, "main")
  const tree = join(folder, "tree")
  seed.git("--git-dir", bare, "worktree", "add", "-q", "--lock", "--reason", "osier: tree-1", "-b", "task/x", tree)
  expect(await placeOf(tree)).toEqual({ root: bare, tree, bare: true })
  expect(await placeOf(main)).toEqual({ root: main, bare: false })
  expect(await placeOf(tree)).toEqual({ root: main, tree, bare: false })
  rmSync(main, { recursive: true })
  expect(await placeOf(tree)).toEqual({ root: bare, tree, bare: true })
})

test("a submodule's checkout is where its configuration says; an ordinary repository is remembered nowhere", async () => {
  const repo = makeRepo()
  await placeOf(repo.path)
  expect(existsSync(join(repo.path, ".git", "osier", "checkout.json"))).toBe(false)
  expect(await mainOf(repo.path, join(repo.path, ".git"))).toEqual({ type: "at", path: repo.path })
  const { repo: part, store } = separate()
  part.git("config", "core.worktree", part.path)
  expect(await mainOf(part.path, store)).toEqual({ type: "at", path: part.path })
  writeFileSync(join(store, "config"), "[core]\nbare = false\nworktree = ../nowhere\n")
  expect(await mainOf(repo.path, store)).toEqual({ type: "unknown" })
})
