import * as Effect from "effect/Effect"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { deleteBranch } from "../../../core/steps/tree/deleteBranch.ts"
import { listTrees } from "../../../core/steps/tree/listTrees.ts"
import { makeTree } from "../../../core/steps/tree/makeTree.ts"
import { ownStash } from "../../../core/steps/tree/ownStash.ts"
import { emptyTrash, removeTree } from "../../../core/steps/tree/removeTree.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const setting = async () => {
  const repo = makeRepo({ "a.txt": "a\n", ".gitignore": "*.log\n" })
  const base = repo.git("rev-parse", "HEAD")
  const root = join(dirname(repo.path), "repo.osier")
  const tree = await inWorld(repo.path, makeTree({ root, name: "x-1", branch: "task/x-1", base }))
  return { repo, base, root, tree }
}

test("a clean tree goes with its entry, and the folder of trees with the last one", async () => {
  const { repo, root, tree } = await setting()
  await inWorld(repo.path, removeTree(tree))
  expect(existsSync(tree.path)).toBe(false)
  expect(existsSync(join(repo.path, ".git/worktrees"))).toBe(false)
  expect(await inWorld(repo.path, emptyTrash(root))).toEqual([])
  expect(existsSync(root)).toBe(false)
  expect(existsSync(join(repo.path, ".git/osier/trash"))).toBe(false)
})

test.each([
  ["a changed file", (path: string) => writeFileSync(join(path, "a.txt"), "b\n"), "a.txt"],
  ["an untracked file", (path: string) => writeFileSync(join(path, "new\nname"), ""), "new\nname"],
  ["an ignored file", (path: string) => writeFileSync(join(path, "x.log"), ""), "x.log"],
  ["a lost .git file", (path: string) => rmSync(join(path, ".git")), "a folder that git does not know"],
])("%s is reason enough to refuse", async (_what, dirty, named) => {
  const { repo, tree } = await setting()
  dirty(tree.path)
  const error = await inWorld(repo.path, Effect.flip(removeTree(tree)))
  expect(error).toMatchObject({ _tag: "TreeNotClean", what: [named] })
  expect(existsSync(join(tree.path, "a.txt"))).toBe(true)
  await inWorld(repo.path, removeTree(tree, { proven: true, reason: "the test said so" }))
  expect(existsSync(tree.path)).toBe(false)
})

test("a commit that no ref names is refused; one on the branch is not", async () => {
  const { repo, tree } = await setting()
  const within = (...args: readonly string[]) => repo.git("-C", tree.path, ...args)
  within("switch", "-q", "--detach")
  within("commit", "-q", "--allow-empty", "-m", "nameless")
  expect(await inWorld(repo.path, Effect.flip(removeTree(tree)))).toMatchObject({ _tag: "TreeNotClean" })
  within("branch", "named")
  await inWorld(repo.path, removeTree(tree))
})

test("a tree whose folder somebody removed is listed, and loses its entry alone", async () => {
  const { repo, root, tree } = await setting()
  const other = join(dirname(repo.path), "mine")
  repo.git("worktree", "add", "-q", "--detach", other)
  rmSync(tree.path, { recursive: true })
  rmSync(other, { recursive: true })
  const listed = await inWorld(repo.path, listTrees(root))
  expect(listed).toMatchObject([{ path: tree.path, branch: "task/x-1", there: false, lock: "osier: x-1" }])
  await inWorld(repo.path, removeTree(tree))
  expect(readdirSync(join(repo.path, ".git/worktrees"))).toEqual(["mine"])
})

test("a worktree of somebody else's in the same folder is not taken for a tree, whatever its name; an unlocked tree still is", async () => {
  const { repo, root, tree } = await setting()
  repo.git("worktree", "add", "-q", "--detach", join(root, "fix-12"))
  await inWorld(repo.path, ownStash(tree))
  repo.git("worktree", "unlock", tree.path)
  expect((await inWorld(repo.path, listTrees(root))).map(({ path }) => path)).toEqual([tree.path])
})

test("an entry that points elsewhere by now is not dropped", async () => {
  const { repo, tree } = await setting()
  const other = join(dirname(repo.path), "moved")
  repo.git("worktree", "unlock", tree.path)
  repo.git("worktree", "move", tree.path, other)
  await inWorld(repo.path, removeTree(tree))
  expect(existsSync(join(other, "a.txt"))).toBe(true)
  expect(repo.git("worktree", "list")).toContain("moved")
})

test("what a killed run left in the trash goes, read-only folders included", async () => {
  const { repo, root, tree } = await setting()
  const left = join(root, ".trash/old-1/cache")
  mkdirSync(left, { recursive: true })
  writeFileSync(join(left, "f"), "")
  chmodSync(left, 0o500)
  await inWorld(repo.path, emptyTrash(root))
  expect(readdirSync(root)).toEqual(["x-1"])
  await inWorld(repo.path, removeTree(tree))
})

test("a branch goes only from the commit that was proven, with its reflog and configuration, and never from under a checkout", async () => {
  const { repo, base, tree } = await setting()
  const ask = (at: string) => deleteBranch({ branch: "task/x-1", at })
  expect(await inWorld(repo.path, Effect.flip(ask(base)))).toMatchObject({ _tag: "BranchInUse", path: tree.path })
  await inWorld(repo.path, removeTree(tree))
  repo.git("config", "branch.task/x-1.description", "an agent wrote this")
  repo.git("config", "branch.main.description", "mine")
  const other = repo.commit("more", { "b.txt": "b" })
  expect(await inWorld(repo.path, Effect.flip(ask(other)))).toMatchObject({ _tag: "SwapLost" })
  expect(repo.git("rev-parse", "task/x-1")).toBe(base)
  await inWorld(repo.path, ask(base))
  expect(repo.git("branch", "--list", "task/*")).toBe("")
  const config = readFileSync(join(repo.path, ".git/config"), "utf8")
  expect([config.includes("task/x-1"), config.includes("mine")]).toEqual([false, true])
  expect(existsSync(join(repo.path, ".git/logs/refs/heads/task/x-1"))).toBe(false)
})
