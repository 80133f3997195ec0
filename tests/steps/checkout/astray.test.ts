import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { astray } from "../../../core/steps/checkout/astray.ts"
import { listTrees } from "../../../core/steps/tree/listTrees.ts"
import { makeTree } from "../../../core/steps/tree/makeTree.ts"
import { makeFolder, makeRepo, repoAt } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

/** A repository with a tree beside it, both in a folder that can be renamed. */
const setting = async () => {
  const code = join(makeFolder(), "code")
  mkdirSync(code)
  const made = makeRepo()
  renameSync(made.path, join(code, "shop"))
  const { git } = repoAt(dirname(code))
  const repo = join(code, "shop")
  const root = join(code, "shop.osier")
  const base = git("-C", repo, "rev-parse", "HEAD")
  const tree = await inWorld(repo, makeTree({ root, name: "x-1", branch: "task/x-1", base }))
  return { code, repo, root, tree, git }
}

/** What is said of the one tree there is. */
const said = async (repo: string, root: string) => {
  const [tree] = await inWorld(repo, listTrees(root))
  return tree === undefined ? undefined : inWorld(repo, astray(tree, root))
}

test("a tree that stands where git says is not astray, nor is one that osier was taking away", async () => {
  const { repo, root, tree } = await setting()
  expect(await said(repo, root)).toBeUndefined()
  rmSync(join(tree.gitDir, "locked"))
  rmSync(tree.path, { recursive: true })
  expect(await inWorld(repo, astray(tree, root))).toBeUndefined()
})

test("a tree that was moved together with its repository is told with its new place, also when another repository has the old one", async () => {
  const { code, git } = await setting()
  const moved = join(dirname(code), "projects")
  renameSync(code, moved)
  const [repo, root] = [join(moved, "shop"), join(moved, "shop.osier")]
  expect(await said(repo, root)).toMatchObject({ now: join(root, "x-1"), hint: `git worktree repair ${join(root, "x-1")}` })
  git("clone", "-q", repo, join(code, "shop"))
  git("-C", join(code, "shop"), "worktree", "add", "-q", join(code, "shop.osier/x-1"))
  expect(await said(repo, root)).toMatchObject({ now: join(root, "x-1") })
  git("-C", repo, "worktree", "repair", join(root, "x-1"))
  expect(await said(repo, root)).toBeUndefined()
})

test("of a tree that is absent nothing is known, and of one whose repository was moved alone its link", async () => {
  const { code, repo, root, tree, git } = await setting()
  renameSync(tree.path, join(code, "elsewhere"))
  expect(await said(repo, root)).toMatchObject({ path: tree.path, now: undefined, hint: expect.stringContaining("git worktree repair") })
  renameSync(join(code, "elsewhere"), tree.path)
  const away = join(makeFolder(), "store")
  renameSync(repo, away)
  expect(await said(away, `${away}.osier`)).toMatchObject({ now: tree.path, hint: `git worktree repair ${tree.path}` })
  git("-C", away, "worktree", "repair", tree.path)
  expect(await said(away, `${away}.osier`)).toBeUndefined()
  expect(readdirSync(join(away, ".git/worktrees"))).toEqual(["x-1"])
})
