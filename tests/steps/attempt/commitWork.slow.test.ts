import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import type { Tree } from "../../../core/domain/task/tree.ts"
import { commitWork } from "../../../core/steps/attempt/commitWork.ts"
import { copyFiles } from "../../../core/steps/tree/copyFiles.ts"
import { makeTree } from "../../../core/steps/tree/makeTree.ts"
import { alive } from "../../support/alive.ts"
import { makeRepo, repoAt } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { makeSigner } from "../../support/signer.ts"
import { inWorld } from "../../support/world.ts"

const setting = async (repo = makeRepo({ "a.txt": "a\n" }), hooksMs = 10_000) => {
  const base = repo.git("rev-parse", "HEAD")
  const tree = await inWorld(repo.path, makeTree({ root: join(dirname(repo.path), "repo.osier"), name: "x-1", branch: "task/x-1", base }))
  const hooks = join(repo.path, ".git/hooks")
  const identity = { name: "Dev", email: "dev@example.com" }
  const input = {
    tree: tree.path,
    gitDir: tree.gitDir,
    branch: tree.branch,
    base,
    message: "feat: x\n",
    identity,
    hooks,
    hooksMs,
    copied: [],
  }
  const commit = () =>
    inWorld(
      repo.path,
      commitWork(input).pipe(
        Effect.map(({ by, files }) => `${by}: ${files.join(", ")}`),
        Effect.catchTag("WorkRefused", ({ reason, retry }) => Effect.succeed(`${retry ? "work" : "tree"}: ${reason}`)),
      ),
    )
  return { repo, agent: repoAt(tree.path), tree, commit }
}

test("what the agent left is committed for it", async () => {
  const { agent, commit } = await setting()
  agent.write("new.txt", "new\n")
  expect(await commit()).toBe("osier: new.txt")
})

test("work that can't be signed is no fault of the agent's: it is not paid again, and git's words say what is missing", async () => {
  const { repo, agent, commit } = await setting()
  agent.write("new.txt", "new\n")
  const { key, signature } = makeSigner(repo)
  renameSync(key, `${key}.locked`)
  expect(await commit()).toMatch(/^tree: git could not write a signed commit, as commit.gpgsign asks for: .*key.*commit\.gpgsign false/s)
  renameSync(`${key}.locked`, key)
  expect(await commit()).toBe("osier: new.txt")
  expect(signature("task/x-1")).toBe("G")
})

test("a repository that was left in the tree is no work: git would record a pointer that nobody can follow", async () => {
  const { agent, tree, commit } = await setting()
  agent.git("init", "-q", "cloned")
  repoAt(join(tree.path, "cloned")).commit("theirs", { "b.txt": "b\n" })
  expect(await commit()).toBe(
    "work: cloned is a repository of its own, and git would record only a pointer into it: remove cloned/.git, or ignore it",
  )
})

test("a submodule may be added and moved to what its remote has, and to nothing else", async () => {
  const library = makeRepo({ "lib.txt": "1\n" })
  const { agent, tree, commit } = await setting()
  agent.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library.path, "lib")
  expect(await commit()).toBe("osier: .gitmodules, lib")
  repoAt(join(tree.path, "lib")).commit("only here", { "lib.txt": "2\n" })
  expect(await commit()).toMatch(/^work: the submodule lib points at [0-9a-f]{12}, which its remote does not have: push it there first$/)
  repoAt(join(tree.path, "lib")).git("push", "-q", "origin", "HEAD:refs/heads/next")
  expect(await commit()).toBe("agent: .gitmodules, lib")
})

test("a tree whose .git is gone, or another one's, is not looked at as if it were the task's", async () => {
  const { repo, agent, tree, commit } = await setting()
  agent.write("new.txt", "new\n")
  rmSync(join(tree.path, ".git"))
  expect(await commit()).toMatch(/^tree: .* is no tree of this repository any more/)
  agent.git("init", "-q", "-b", "task/x-1")
  expect(await commit()).toMatch(/^tree: .* is no tree of this repository any more/)
  rmSync(join(tree.path, ".git"), { recursive: true })
  writeFileSync(join(tree.path, ".git"), `gitdir: ${repo.path}/.git\n`)
  expect(await commit()).toMatch(/^tree: .* is no tree of this repository any more/)
})

test("in a sparse checkout work counts wherever it is, and what is not there was not deleted", async () => {
  const repo = makeRepo({ "a/x.txt": "x\n", "b/y.txt": "y\n" })
  repo.git("sparse-checkout", "set", "a")
  const { agent, commit } = await setting(repo)
  agent.write("a/x.txt", "x2\n")
  agent.write("new/z.txt", "z\n")
  expect(await commit()).toBe("osier: a/x.txt, new/z.txt")
})

test("what was copied into the tree is nobody's work, and must not be committed", async () => {
  const repo = makeRepo({ "a.txt": "a\n" })
  const { agent, tree, commit } = await setting(repo)
  repo.write(".env", "SECRET=1\n")
  repo.write("conf/[local].cfg", "here\n")
  await inWorld(repo.path, copyFiles({ tree: tree.path, gitDir: tree.gitDir, from: repo.path, copy: [".env", "conf/**"] }))
  expect(await commit()).toBe("agent: ")
  agent.write("new.txt", "new\n")
  expect(await commit()).toBe("osier: new.txt")
  expect(agent.git("status", "--porcelain")).toBe("?? .env\n?? conf/")
  agent.git("add", ".env")
  expect(await commit()).toBe("work: files that must not be committed are in the commits: .env")
})

test.each([
  ["#!/bin/sh\necho needs a ticket; exit 1\n", /^work: a commit hook refused the work:\nneeds a ticket$/],
  [
    "#!/bin/sh\nexec no-such-program\n",
    /^tree: a commit hook can't run in the tree; make trees ready for it with tree.setup in osier.yaml:\n/,
  ],
  ["#!/no/such/shell\n", /^tree: a commit hook can't run in the tree/],
])("a hook that refuses is told from one that can't run: %j", async (hook, expected) => {
  const { repo, agent, commit } = await setting()
  writeFileSync(join(repo.path, ".git/hooks/pre-commit"), hook, { mode: 0o755 })
  agent.write("new.txt", "new\n")
  expect(await commit()).toMatch(expected)
})

test("a hook that never ends is ended, with what it started", async () => {
  const { repo, agent, commit } = await setting(undefined, 300)
  const pid = join(repo.path, ".git/pid")
  writeFileSync(join(repo.path, ".git/hooks/pre-commit"), `#!/bin/sh\nsleep 1000 &\necho $! > "${pid}"\nwait\n`, { mode: 0o755 })
  agent.write("new.txt", "new\n")
  expect(await commit()).toBe("tree: a commit hook did not end within 0 s")
  await expect.poll(() => alive(Number(readFileSync(pid, "utf8")))).toBe(false)
})

test.each<[string, (agent: Repo, tree: Tree) => void, RegExp]>([
  [
    "a new repository in it has no commit",
    ({ git, write }) => (git("init", "-q", "sub"), write("sub/x", "x\n")),
    /^work: sub is a repository of its own without a commit/,
  ],
  [
    "a name is one that git refuses",
    ({ write }) => write(".GIT/x", "x\n"),
    /^work: git can't take what is in the tree \(git add\): error: invalid path '\.GIT\/x'/,
  ],
  [
    "the program of a filter is missing",
    (agent) => {
      agent.git("config", "filter.lfs.clean", "no-such-lfs")
      agent.git("config", "filter.lfs.required", "true")
      agent.write(".gitattributes", "* filter=lfs\n")
    },
    /^tree: git can't take what is in the tree \(git add\): .*no-such-lfs/,
  ],
  [
    "its index is damaged",
    (_, { gitDir }) => writeFileSync(join(gitDir, "index"), "junk"),
    /^work: git can't take what is in the tree \(git status\): .*index file/,
  ],
  [
    "its branch is damaged",
    ({ write, path }, { branch }) => {
      write("new.txt", "new\n")
      writeFileSync(join(path, "../../repo/.git/refs/heads", branch), "junk\n")
    },
    /^work: git can't take what is in the tree/,
  ],
])("what git can't take is an attempt that is told why: %s", async (_, leave, expected) => {
  const { agent, tree, commit } = await setting()
  leave(agent, tree)
  expect(await commit()).toMatch(expected)
})

test("lock files of a git that died with the attempt keep nobody from its work; while one of its processes lives they stay", async () => {
  const { repo, agent, tree, commit } = await setting()
  agent.write("new.txt", "new\n")
  const locks = [join(tree.gitDir, "index.lock"), join(tree.gitDir, "HEAD.lock"), join(repo.path, ".git/refs/heads", `${tree.branch}.lock`)]
  for (const lock of locks) writeFileSync(lock, "")
  const living = spawn("sleep", ["1000"], { cwd: tree.path, detached: true })
  onTestFinished(() => void living.kill("SIGKILL"))
  expect(await commit()).toMatch(
    /^tree: .*index\.lock.*: a lock file of a git process stands there, and processes of the attempt are still alive$/,
  )
  living.kill("SIGKILL")
  await once(living, "exit")
  expect(await commit()).toBe("osier: new.txt")
  expect(locks.filter((lock) => existsSync(lock))).toEqual([])
}, 20_000)
