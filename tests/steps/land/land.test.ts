import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { land } from "../../../core/steps/land/land.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"
import { target, setUp, landing, status, tip, tidy, settle, untouched } from "../../support/landing.ts"

test("a clean checkout comes along, with every kind of change", async () => {
  const { repo, from, to } = setUp()
  expect(await landing(repo, from, to)).toEqual({ type: "landed", commit: to, followed: repo.path, behind: undefined })
  expect(tip(repo)).toBe(to)
  expect(status(repo)).toBe("")
  expect(repo.git("diff-files", "--name-only")).toBe("")
  expect(repo.git("reflog", "-1", "--format=%H %gs", "HEAD")).toBe(`${to} osier`)
  expect(statSync(join(repo.path, "run me")).mode & 0o100).toBe(0o100)
  tidy(repo)
})

test("what the user has changed, staged, not added and ignored stays byte by byte", async () => {
  const { repo, from, to } = setUp()
  const files = settle(repo)
  const before = status(repo)
  const staged = repo.git("ls-files", "-s", "staged")
  expect(await landing(repo, from, to)).toMatchObject({ type: "landed", followed: repo.path })
  expect(status(repo)).toBe(before)
  expect(repo.git("ls-files", "-s", "staged")).toBe(staged)
  untouched(files)
  tidy(repo)
})

test("a linked worktree comes along wherever osier runs, and its HEAD has a log of it", async () => {
  const { repo, from, to } = setUp()
  const linked = join(makeFolder(), "linked tree")
  repo.git("checkout", "-q", "-b", "other")
  repo.git("worktree", "add", "-q", linked, "main")
  expect(await landing(repo, from, to)).toMatchObject({ type: "landed", followed: linked })
  expect(status(repo, linked)).toBe("")
  expect(status(repo)).toBe("")
  expect(repo.git("-C", linked, "reflog", "-1", "--format=%H %gs", "HEAD")).toBe(`${to} osier: land 1`)
  // And the other way round: run from the linked one, the main checkout has the target.
  repo.git("-C", linked, "checkout", "-q", "--detach")
  repo.git("checkout", "-q", "main")
  const next = repo.git("commit-tree", `${from}^{tree}`, "-p", to, "-m", "back")
  const ended = await inWorld(linked, land({ target, from: to, to: next, expect: () => [], reason: "r" }))
  expect(ended).toMatchObject({ type: "landed", followed: repo.path })
  expect(status(repo)).toBe("")
})

test("without a checkout of the target nothing but the ref moves", async () => {
  const { repo, from, to } = setUp()
  const bare = join(makeFolder(), "bare.git")
  repo.git("update-ref", "refs/heads/next", to)
  repo.git("clone", "-q", "--bare", repo.path, bare)
  expect(await inWorld(bare, land({ target, from, to, expect: () => [], reason: "r" }))).toMatchObject({
    type: "landed",
    followed: undefined,
  })
  expect(repo.git("-C", bare, "rev-parse", target)).toBe(to)
  repo.git("checkout", "-q", "--detach")
  expect(await landing(repo, from, to)).toMatchObject({ type: "landed", followed: undefined })
  expect(repo.git("rev-parse", "HEAD")).toBe(from)
  expect(status(repo)).toBe("")
})

test("a sign of life of our own between the look at a fence and the swap costs nothing but another swap", async () => {
  const { repo, from, to } = setUp()
  const lock = "refs/osier/locks/target/main"
  repo.git("update-ref", lock, from)
  let at = from
  const renewing = () => {
    const seen = [{ ref: lock, at }]
    if (at === from) repo.git("update-ref", lock, (at = to))
    return seen
  }
  expect(await inWorld(repo.path, land({ target, from, to, expect: renewing, reason: "r" }))).toMatchObject({ type: "landed" })
  tidy(repo)
})

test("a lost race is told apart: target moved, fence lost, a commit made for another target", async () => {
  const { repo, from, to } = setUp()
  const lock = "refs/osier/locks/target/main"
  repo.git("update-ref", lock, from)
  expect(await landing(repo, from, to, [{ ref: lock, at: to }])).toEqual({ type: "fenced", refs: [lock] })
  expect([tip(repo), status(repo)]).toEqual([from, ""])
  tidy(repo)
  const other = repo.git("commit-tree", `${to}^{tree}`, "-p", from, "-m", "other")
  repo.git("merge", "-q", "--ff-only", other)
  expect(await landing(repo, from, to, [{ ref: lock, at: from }])).toEqual({ type: "moved", at: other })
  await expect(landing(repo, other, to)).rejects.toMatchObject({ _tag: "NotOnTarget" })
  expect(tip(repo)).toBe(other)
})

test("no hook runs", async () => {
  const { repo, from, to, at } = setUp()
  const trace = join(makeFolder(), "ran")
  for (const hook of ["reference-transaction", "post-checkout", "post-merge", "post-index-change"]) {
    mkdirSync(at(".git/hooks"), { recursive: true })
    writeFileSync(at(`.git/hooks/${hook}`), `#!/bin/sh\necho ${hook} >> ${trace}\n`, { mode: 0o755 })
  }
  expect(await landing(repo, from, to)).toMatchObject({ type: "landed" })
  expect(existsSync(trace)).toBe(false)
})

test("it goes on as soon as the file is free, and what is staged exactly as it lands is not in the way", async () => {
  const { repo, from, to } = setUp()
  repo.write("-added", "mine\n")
  expect(await landing(repo, from, to)).toMatchObject({ type: "waits", files: ["-added"] })
  rmSync(join(repo.path, "-added"))
  repo.git("rm", "-q", "goes")
  repo.write("changes", "new\n")
  repo.git("add", "changes")
  repo.write("changes", "new, and mine\n")
  expect(await landing(repo, from, to)).toMatchObject({ type: "landed", followed: repo.path })
  expect(status(repo)).toBe(" M changes")
})

test("a submodule that would move waits, one that stays does not", async () => {
  const link = (r: Repo, oid: string) => r.git("update-index", "--add", "--cacheinfo", `160000,${oid},sub`)
  const repo = makeRepo()
  link(repo, "1".repeat(40))
  repo.git("commit", "-q", "-m", "sub")
  const from = repo.git("rev-parse", "HEAD")
  link(repo, "2".repeat(40))
  const moved = repo.git("commit-tree", repo.git("write-tree"), "-p", from, "-m", "moved")
  link(repo, "1".repeat(40))
  expect(await landing(repo, from, moved)).toMatchObject({ type: "waits", files: ["sub"] })
  mkdirSync(join(repo.path, "sub"))
  const to = repo.commit("else", { x: "x" })
  repo.git("reset", "-q", "--hard", from)
  expect(await landing(repo, from, to)).toMatchObject({ type: "landed" })
})

test("line ends and filters of the checkout are applied", async () => {
  const { repo, from, to, at } = setUp({ ".gitattributes": "*.crlf eol=crlf\n*.up filter=up\n", "a.crlf": "a\n", "a.up": "a\n" }, (r) => {
    r.write("a.crlf", "a\nb\n")
    r.write("a.up", "a\nb\n")
    r.write("new.up", "n\n")
  })
  repo.git("config", "filter.up.smudge", "tr a-z A-Z")
  repo.git("config", "filter.up.clean", "tr A-Z a-z")
  expect(await landing(repo, from, to)).toMatchObject({ type: "landed", followed: repo.path })
  expect([readFileSync(at("a.crlf"), "utf8"), readFileSync(at("a.up"), "utf8"), readFileSync(at("new.up"), "utf8")]).toEqual([
    "a\r\nb\r\n",
    "A\nB\n",
    "N\n",
  ])
  expect(status(repo)).toBe("")
})

test("files that can't be written leave the target landed and tell the command", async () => {
  const { repo, from, to, at } = setUp({ "a.bad": "a\n", x: "x\n" }, (r) => {
    r.write("a.bad", "b\n")
    r.write("x", "y\n")
  })
  writeFileSync(at(".git/info/attributes"), "*.bad filter=bad\n")
  repo.git("config", "filter.bad.smudge", "false")
  repo.git("config", "filter.bad.clean", "cat")
  repo.git("config", "filter.bad.required", "true")
  const ended = await landing(repo, from, to)
  expect(ended).toMatchObject({ type: "landed", followed: undefined, behind: { checkout: repo.path } })
  expect(tip(repo)).toBe(to)
  expect(existsSync(at(".git/index.lock"))).toBe(false)
})
