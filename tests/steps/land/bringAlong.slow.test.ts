import { execFileSync } from "node:child_process"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { bringAlong } from "../../../core/steps/land/bringAlong.ts"
import { settle, setUp, status, target, tidy, tip, untouched } from "../../support/landing.ts"
import { makeFolder } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

/** What the remote's branch is at follows `from` here by one commit of every kind of change. */
const bring = (repo: Repo, to: string, branch = target) => inWorld(repo.path, bringAlong(branch, to, "osier: follow origin/main"))

/** All that git sees in the checkout, then the bytes of its index: asking refreshes these, so that it must come first. */
const look = (repo: Repo) => ({ status: status(repo), index: indexOf(repo) })
const indexOf = ({ path }: Repo) => {
  const file = join(path, ".git/index")
  return { bytes: readFileSync(file).toString("hex"), mtime: statSync(file).mtimeMs }
}

/** What git would say of each file: staged, and beside that changed. */
const stagedIn = (repo: Repo, ...paths: readonly string[]) => repo.git("ls-files", "-s", "-z", "--", ...paths)

test("a plain fast-forward brings the checkout along, and what the user has in it stays byte by byte", async () => {
  const { repo, to } = setUp()
  const files = settle(repo)
  const [before, staged] = [status(repo), stagedIn(repo, "staged", "dirty stays")]
  expect(await bring(repo, to)).toEqual({ type: "moved", checkout: repo.path })
  expect(tip(repo)).toBe(to)
  expect(status(repo)).toBe(before)
  expect(stagedIn(repo, "staged", "dirty stays")).toBe(staged)
  untouched(files)
  expect(repo.git("reflog", "-1", "--format=%H", "HEAD")).toBe(to)
  tidy(repo)
})

test("a branch that is not checked out moves alone, and the checkout is not even looked at", async () => {
  const { repo, from, to } = setUp()
  repo.git("checkout", "-q", "-b", "mine")
  const files = settle(repo)
  const before = look(repo)
  expect(await bring(repo, to)).toEqual({ type: "moved", checkout: undefined })
  expect([tip(repo), repo.git("rev-parse", "HEAD")]).toEqual([to, from])
  expect(indexOf(repo)).toEqual(before.index)
  expect(status(repo)).toBe(before.status)
  untouched(files)
})

describe("a file in the way: the branch stays, nothing is written, and what is told works when it is typed", () => {
  test.each([
    ["changed", "changes", (repo: Repo) => repo.write("changes", "mine\n"), "changed by you"],
    [
      "staged",
      "changes",
      (repo: Repo) => {
        repo.write("changes", "mine\n")
        repo.git("add", "changes")
      },
      "changed by you",
    ],
    ["not in git", "-added", (repo: Repo) => repo.write("-added", "mine\n"), "there, and not in git"],
  ])("%s", async (_, path, change, why) => {
    const { repo, from, to } = setUp()
    change(repo)
    const files = settle(repo)
    const before = look(repo)
    const along = await bring(repo, to)
    expect(along).toEqual({
      type: "behind",
      checkout: repo.path,
      reason: `files that it would write are ${why}: ${path}`,
      command: expect.stringContaining(to),
    })
    expect(tip(repo)).toBe(from)
    expect(indexOf(repo)).toEqual(before.index)
    expect(status(repo)).toBe(before.status)
    expect(readFileSync(join(repo.path, path), "utf8")).toBe("mine\n")
    untouched(files)
    tidy(repo)

    const command = along.type === "behind" ? along.command : "false"
    // While the file is in the way, git refuses as we did, and changes nothing either.
    expect(() => typed(repo, command)).toThrow()
    expect([tip(repo), readFileSync(join(repo.path, path), "utf8")]).toEqual([from, "mine\n"])
    repo.git("rm", "-q", "--cached", "--ignore-unmatch", "--", path)
    repo.git("reset", "-q", "--", path)
    execFileSync("mv", ["--", path, "aside"], { cwd: repo.path })
    if (path === "changes") repo.git("checkout", "-q", "--", path)
    typed(repo, command)
    expect(tip(repo)).toBe(to)
    expect(readFileSync(join(repo.path, "aside"), "utf8")).toBe("mine\n")
    expect(repo.git("diff", "--name-only", to, "--", path)).toBe("")
    untouched(files)
    expect(await bring(repo, to)).toEqual({ type: "there" })
  })
})

test("in the middle of a rebase: the command that is told refuses until that is over, and works then", async () => {
  const { repo, from, to } = setUp()
  expect(() => repo.git("-c", "sequence.editor=true", "rebase", "-q", "--exec", "false", "--root")).toThrow()
  const head = repo.git("rev-parse", "HEAD")
  const along = await bring(repo, to)
  expect(along).toMatchObject({ type: "behind", checkout: repo.path, reason: "a rebase is in progress" })
  const command = along.type === "behind" ? along.command : "false"
  expect(() => typed(repo, command)).toThrow()
  expect([tip(repo), repo.git("rev-parse", "HEAD")]).toEqual([from, head])
  repo.git("rebase", "--abort")
  typed(repo, command)
  expect([tip(repo), repo.git("rev-parse", "HEAD"), status(repo)]).toEqual([to, to, ""])
})

test("a branch that is checked out twice waits until one of both is left, as the command does that is told", async () => {
  const { repo, from, to } = setUp()
  const second = join(makeFolder(), "second one")
  repo.git("worktree", "add", "-q", "--force", second, "main")
  const along = await bring(repo, to)
  expect(along).toMatchObject({ type: "behind", checkout: second, reason: expect.stringContaining("several places") })
  expect(tip(repo)).toBe(from)
  typed(repo, along.type === "behind" ? along.command : "false")
  expect(await bring(repo, to)).toEqual({ type: "moved", checkout: repo.path })
  expect([tip(repo), status(repo), status(repo, second)]).toEqual([to, "", ""])
  expect(repo.git("-C", second, "rev-parse", "HEAD")).toBe(from)
})

/** As a person types it, from anywhere. */
const typed = (repo: Repo, command: string) =>
  execFileSync("sh", ["-c", command], { cwd: makeFolder(), env: { ...process.env, HOME: repo.path }, stdio: "pipe" })

test("a branch with commits that the remote does not have is told of, and stays with all that is in its checkout", async () => {
  const { repo, from, to } = setUp()
  const own = repo.commit("own", { "own.txt": "own\n" })
  const files = settle(repo)
  const before = look(repo)
  expect(await bring(repo, to)).toEqual({ type: "diverged" })
  expect(tip(repo)).toBe(own)
  expect(repo.git("merge-base", own, to)).toBe(from)
  expect(indexOf(repo)).toEqual(before.index)
  expect(status(repo)).toBe(before.status)
  untouched(files)
})

test.each([
  ["ahead of the remote", (repo: Repo, from: string) => [repo.commit("own", { "own.txt": "own\n" }), from]],
  ["where the remote is", (_: Repo, from: string) => [from, from]],
])("a branch that is %s stays there, without a word", async (_, make) => {
  const { repo, from } = setUp()
  const [here = "", there = ""] = make(repo, from)
  const index = indexOf(repo)
  expect(await bring(repo, there)).toEqual({ type: "there" })
  expect(tip(repo)).toBe(here)
  expect(indexOf(repo)).toEqual(index)
})

test("a clone that lacks the history between both can't tell whether the branch could follow, and says that; a real fork it still sees", async () => {
  const { repo, from, to } = setUp()
  const [path, next] = [join(makeFolder(), "shallow"), repo.git("commit-tree", `${to}^{tree}`, "-p", to, "-m", "next")]
  const fetch = (...args: readonly string[]) => repo.git("-C", path, "fetch", "-q", ...args, "origin", "next")
  repo.git("update-ref", "refs/heads/next", next)
  repo.git("clone", "-q", "--depth=1", `file://${repo.path}`, path)
  fetch("--depth=1")
  expect(await inWorld(path, bringAlong(target, next, "r"))).toEqual({ type: "cut" })
  expect(repo.git("-C", path, "rev-parse", target)).toBe(from)
  fetch("--unshallow")
  expect(await inWorld(path, bringAlong(target, next, "r"))).toEqual({ type: "moved", checkout: path })

  const cut = join(makeFolder(), "cut at the fork")
  repo.git("clone", "-q", "--depth=1", `file://${repo.path}`, cut)
  repo.git("-C", cut, "fetch", "-q", "origin", "next")
  const own = repo.git("-C", cut, "commit-tree", `${from}^{tree}`, "-p", from, "-m", "own")
  repo.git("-C", cut, "update-ref", target, own)
  expect(await inWorld(cut, bringAlong(target, next, "r"))).toEqual({ type: "diverged" })
})

test("a branch that is not here is not made", async () => {
  const { repo, to } = setUp()
  expect(await bring(repo, to, "refs/heads/elsewhere")).toEqual({ type: "there" })
  expect(repo.git("for-each-ref", "refs/heads/elsewhere")).toBe("")
})
