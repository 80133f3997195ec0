import * as Effect from "effect/Effect"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, onTestFinished, test, vi } from "vitest"
import { keepPrefix } from "../../../core/steps/commit/keepCommit.ts"
import { makeTree } from "../../../core/steps/tree/makeTree.ts"
import { preflightBranches } from "../../../core/steps/tree/claimBranch.ts"
import { removeTree } from "../../../core/steps/tree/removeTree.ts"
import { makeFolder, makeRepo, repoAt } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const rootOf = (path: string) => join(dirname(path), "repo.osier")

test("a tree is filled, locked, on its own branch, and its index needs no second look", async () => {
  const repo = makeRepo({ "a.txt": "a\n", "dir/b ü\n.txt": "b\n", "-dash": "c\n" })
  const base = repo.git("rev-parse", "HEAD")
  const tree = await inWorld(repo.path, makeTree({ root: rootOf(repo.path), name: "x-1", branch: "task/x-1", base }))
  expect(tree).toEqual({ path: join(rootOf(repo.path), "x-1"), branch: "task/x-1", base, gitDir: join(repo.path, ".git/worktrees/x-1") })
  const within = (...args: readonly string[]) => repo.git("-C", tree.path, ...args)
  expect(within("status", "--porcelain", "--untracked-files=all")).toBe("")
  expect(within("symbolic-ref", "HEAD")).toBe("refs/heads/task/x-1")
  expect(within("fsck")).not.toMatch(/error/)
  expect(readFileSync(join(tree.path, "dir/b ü\n.txt"), "utf8")).toBe("b\n")
  expect(repo.git("worktree", "list", "--porcelain")).toContain("locked osier: x-1")
  expect(readFileSync(join(repo.path, ".git/config"), "utf8")).not.toContain("branch")
})

test("an index handed over trusts its files, and sees a change of the same size in the same second", async () => {
  const repo = makeRepo({ "a.txt": "aaaa\n", "b.txt": "bbbb\n" })
  const base = repo.git("rev-parse", "HEAD")
  const tree = await inWorld(repo.path, makeTree({ root: rootOf(repo.path), name: "x-1", branch: "task/x-1", base }))
  const index = statSync(join(tree.gitDir, "index")).mtimeMs
  expect(index - statSync(join(tree.path, "a.txt")).mtimeMs).toBeGreaterThan(2000)
  expect(repo.git("-C", tree.path, "diff-files")).toBe("")
  writeFileSync(join(tree.path, "a.txt"), "AAAA\n")
  expect(repo.git("-C", tree.path, "status", "--porcelain")).toContain("M a.txt")
})

test("names that are taken are left alone, and a suffix is found", async () => {
  const repo = makeRepo()
  const base = repo.git("rev-parse", "HEAD")
  repo.git("branch", "task/x-1")
  mkdirSync(join(rootOf(repo.path), "x-1"), { recursive: true })
  writeFileSync(join(rootOf(repo.path), "x-1/mine"), "mine")
  const tree = await inWorld(repo.path, makeTree({ root: rootOf(repo.path), name: "x-1", branch: "task/x-1", base }))
  expect(tree.path).toBe(join(rootOf(repo.path), "x-1-2"))
  expect(tree.branch).toBe("task/x-1-2")
  expect(readFileSync(join(rootOf(repo.path), "x-1/mine"), "utf8")).toBe("mine")
})

test("an existing branch is continued from where it left, or cut anew with its tip kept", async () => {
  const repo = makeRepo()
  const old = repo.git("rev-parse", "HEAD")
  repo.git("switch", "-q", "-c", "task/x-1")
  const tip = repo.commit("work", { "w.txt": "w" })
  repo.git("switch", "-q", "main")
  const base = repo.commit("main goes on", { "m.txt": "m" })
  const input = { root: rootOf(repo.path), name: "x-1", branch: "task/x-1", base }
  const adopted = await inWorld(repo.path, makeTree({ ...input, existing: "adopt" }))
  expect([adopted.branch, adopted.base]).toEqual(["task/x-1", old])
  expect(existsSync(join(adopted.path, "w.txt"))).toBe(true)
  const used = await inWorld(repo.path, Effect.flip(makeTree({ ...input, existing: "fresh" })))
  expect(used).toMatchObject({ _tag: "BranchInUse", path: adopted.path, exit: 3 })
  await inWorld(repo.path, removeTree(adopted))
  const fresh = await inWorld(repo.path, makeTree({ ...input, existing: "fresh" }))
  expect([fresh.branch, fresh.base, repo.git("rev-parse", "task/x-1")]).toEqual(["task/x-1", base, base])
  expect(repo.git("rev-parse", `${keepPrefix}1/fresh^1`)).toBe(tip)
  await inWorld(repo.path, removeTree(fresh))
  const gone = await inWorld(repo.path, Effect.flip(makeTree({ ...input, branch: "main", existing: "adopt" })))
  expect(gone).toMatchObject({ _tag: "BranchInUse", path: repo.path })
})

test("a branch called like the first part of the pattern is told before anything is made", async () => {
  const repo = makeRepo()
  repo.git("branch", "task")
  const base = repo.git("rev-parse", "HEAD")
  const error = await inWorld(repo.path, Effect.flip(preflightBranches("task/{slug}-{id}")))
  expect(error).toMatchObject({ _tag: "BranchBlocked", by: "task", exit: 3 })
  const input = { root: rootOf(repo.path), name: "x-1", branch: "task/x-1", base }
  expect((await inWorld(repo.path, Effect.flip(makeTree(input))))._tag).toBe("BranchBlocked")
  await inWorld(repo.path, preflightBranches("{slug}/task-{id}"))
})

test("a folder of trees inside the checkout does not show up there", async () => {
  const repo = makeRepo()
  const base = repo.git("rev-parse", "HEAD")
  const root = join(repo.path, "trees")
  await inWorld(repo.path, makeTree({ root, name: "x-1", branch: "task/x-1", base }))
  expect(repo.git("status", "--porcelain", "--untracked-files=all")).toBe("")
})

test.each([
  ["core.bare", "true"],
  ["core.worktree", "/nowhere"],
])("a tree works where worktrees obey a shared configuration with %s = %s", async (key, value) => {
  const repo = makeRepo()
  const base = repo.git("rev-parse", "HEAD")
  repo.git("worktree", "add", "-q", "-b", "mine", "../mine")
  repo.git("config", "extensions.worktreeConfig", "true")
  repo.git("config", "--file", ".git/worktrees/mine/config.worktree", "core.bare", "false")
  repo.git("config", "--file", ".git/worktrees/mine/config.worktree", "core.worktree", join(dirname(repo.path), "mine"))
  repo.git("config", key, value)
  const mine = join(dirname(repo.path), "mine")
  const tree = await inWorld(mine, makeTree({ root: rootOf(repo.path), name: "x-1", branch: "task/x-1", base }))
  expect(repoAt(tree.path).git("rev-parse", "--show-toplevel")).toBe(tree.path)
  expect(repoAt(tree.path).git("status", "--porcelain")).toBe("")
})

test("what fails leaves nothing behind", async () => {
  const repo = makeRepo()
  const base = repo.git("rev-parse", "HEAD")
  const blob = repo.git("rev-parse", "HEAD:README.md")
  // The blob of the one file is gone: the files can't be written.
  execRemove(join(repo.path, ".git/objects", blob.slice(0, 2), blob.slice(2)))
  const error = await inWorld(repo.path, Effect.flip(makeTree({ root: rootOf(repo.path), name: "x-1", branch: "task/x-1", base })))
  expect(error._tag).toBe("GitFailed")
  expect(repo.git("branch", "--list", "task/*")).toBe("")
  expect(existsSync(join(repo.path, ".git/worktrees"))).toBe(false)
  expect(readdirSync(rootOf(repo.path))).toEqual([])
})

test("submodules are filled without a word in the shared configuration", async () => {
  const inner = makeRepo({ "in.txt": "in\n" })
  const repo = makeRepo()
  repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path, "sub")
  repo.git("commit", "-q", "-m", "sub")
  repo.git("config", "protocol.file.allow", "always")
  repo.git("config", "--remove-section", "submodule.sub")
  const before = readFileSync(join(repo.path, ".git/config"), "utf8")
  const base = repo.git("rev-parse", "HEAD")
  const global = join(makeFolder(), "global")
  vi.stubEnv("GIT_CONFIG_GLOBAL", global)
  onTestFinished(() => void vi.unstubAllEnvs())
  writeFileSync(global, '[protocol "file"]\n\tallow = always\n')
  const tree = await inWorld(repo.path, makeTree({ root: rootOf(repo.path), name: "x-1", branch: "task/x-1", base }))
  expect(readFileSync(join(tree.path, "sub/in.txt"), "utf8")).toBe("in\n")
  expect(readFileSync(join(repo.path, ".git/config"), "utf8")).toBe(before)
})

const execRemove = (path: string) => {
  expect(existsSync(path)).toBe(true)
  writeFileSync(`${path}.gone`, "")
  // A loose object is read-only; renaming over it is how it goes.
  renameSync(`${path}.gone`, path)
}
