import { readFileSync, utimesSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { commitWork } from "../../../core/steps/attempt/commitWork.ts"
import { followCheckout } from "../../../core/steps/checkout/followCheckout.ts"
import { makeTree } from "../../../core/steps/tree/makeTree.ts"
import { notClean } from "../../../core/steps/tree/notClean.ts"
import { workIn } from "../../../core/steps/tree/workIn.ts"
import { Refs } from "../../../core/world/git/refs.ts"
import { makeRepo, repoAt } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

/** Files whose line ends the commit's own rules contradict: all of them in one, some of them in the other. */
const broken = () => {
  const repo = makeRepo({ "all.bat": "echo 1\r\nexit\r\n", "some.bat": "echo 2\r\nexit\n", "a.txt": "a\n" })
  repo.write(".gitattributes", "*.bat text eol=crlf\n")
  repo.git("add", ".gitattributes")
  repo.git("commit", "-q", "-m", "rules")
  const base = repo.git("rev-parse", "HEAD")
  return { repo, base }
}

/** As build steps do that write every file again. */
const touch = (folder: string, ...names: readonly string[]) => names.forEach((name) => utimesSync(join(folder, name), 1e9, 1e9))

test("what an agent only touched is not committed with its work, however git stores it", async () => {
  const { repo, base } = broken()
  const tree = await inWorld(repo.path, makeTree({ root: join(dirname(repo.path), "repo.osier"), name: "x-1", branch: "task/x-1", base }))
  const agent = repoAt(tree.path)
  touch(tree.path, "all.bat", "some.bat")
  expect(agent.git("status", "--porcelain")).toContain("M all.bat")
  const input = { tree: tree.path, gitDir: tree.gitDir, branch: tree.branch, base, message: "feat: x\n", hooksMs: 10_000, copied: [] }
  const leavings = { ...input, identity: { name: "Dev", email: "dev@example.com" }, hooks: join(repo.path, ".git/hooks") }
  expect(await inWorld(repo.path, commitWork(leavings))).toMatchObject({ by: "agent", files: [] })
  touch(tree.path, "all.bat")
  agent.write("some.bat", "echo 3\r\n")
  agent.write("new.txt", "new\n")
  expect(await inWorld(repo.path, commitWork(leavings))).toMatchObject({ by: "osier", files: ["new.txt", "some.bat"] })
  expect(agent.git("status", "--porcelain")).toBe("")
  expect(agent.git("rev-parse", "HEAD:all.bat")).toBe(repo.git("rev-parse", "main:all.bat"))
})

test("a landing does not wait for such a file in the checkout, and waits for one that somebody changed", async () => {
  const { repo, base } = broken()
  repo.git("switch", "-q", "-c", "side")
  repo.write("all.bat", "echo 9\r\n")
  repo.git("commit", "-q", "-am", "other")
  const to = repo.git("rev-parse", "HEAD")
  repo.git("switch", "-q", "main")
  const follow = () => {
    const swap = Refs.use((refs) => refs.swap([{ ref: "refs/heads/main", from: base, to }]))
    const checkout = { path: repo.path, gitDir: join(repo.path, ".git") }
    return inWorld(repo.path, followCheckout({ checkout, target: "refs/heads/main", from: base, to, swap, reason: "r" }))
  }
  repo.write("all.bat", "echo mine\r\n")
  expect(await follow()).toMatchObject({ type: "blocked", files: ["all.bat"] })
  repo.write("all.bat", "echo 1\r\nexit\r\n")
  touch(repo.path, "all.bat")
  expect(repo.git("status", "--porcelain")).toContain("M all.bat")
  expect(await follow()).toMatchObject({ type: "followed" })
  expect(readFileSync(join(repo.path, "all.bat"), "utf8")).toBe("echo 9\r\n")
})

test("work by hand is done, finished and clean although such a file was touched", async () => {
  const { repo, base } = broken()
  const tree = await inWorld(repo.path, makeTree({ root: join(dirname(repo.path), "repo.osier"), name: "x-1", branch: "task/x-1", base }))
  touch(tree.path, "all.bat", "some.bat")
  touch(repo.path, "all.bat", "some.bat")
  expect(repoAt(tree.path).git("status", "--porcelain")).toContain("M all.bat")
  const [there, own] = [
    { path: tree.path, branch: tree.branch, base, tree: true },
    { path: repo.path, branch: "main", base, tree: false },
  ]
  for (const place of [there, own]) expect(await inWorld(repo.path, workIn(place, []))).toMatchObject({ dirty: [] })
  expect(await inWorld(repo.path, notClean(tree))).toEqual([])
  repoAt(tree.path).write("all.bat", "echo mine\r\n")
  expect(await inWorld(repo.path, workIn(there, []))).toMatchObject({ dirty: ["all.bat"] })
  expect(await inWorld(repo.path, notClean(tree))).toEqual(["all.bat"])
})
