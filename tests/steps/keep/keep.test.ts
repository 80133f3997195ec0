import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, onTestFinished, test, vi } from "vitest"
import { compareWork } from "../../../core/steps/commit/compareWork.ts"
import { keep } from "../../../core/steps/keep/keep.ts"
import { keepCommit } from "../../../core/steps/commit/keepCommit.ts"
import { keeps } from "../../../core/steps/keep/keeps.ts"
import { makeTree } from "../../../core/steps/tree/makeTree.ts"
import { removeTree } from "../../../core/steps/tree/removeTree.ts"
import { restore } from "../../../core/steps/keep/restore.ts"
import { setUp } from "../../../core/steps/tree/setUp.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
import { wholeFolder } from "../../support/wholeFolder.ts"
import { inWorld } from "../../support/world.ts"
import { setting } from "../../support/keeping.ts"

test("of a tree with nothing of its own nothing is kept", async () => {
  const { run, within, tree, write } = await setting()
  expect(await run()).toBeUndefined()
  write("a.txt", "a\n")
  expect(await run()).toBeUndefined()
  within("commit", "-q", "--allow-empty", "-m", "on the branch, so it has a name")
  expect(await run()).toBeUndefined()
  write("build/x", "cache")
  expect(await run({ keepIgnored: ["build"] })).toBeUndefined()
  expect(await run()).toMatchObject({ ref: "refs/osier/keep/1/2" })
  expect(tree.branch).toBe("task/x-1")
})

test("its files are those that differ from where the work began, committed or not, and osier's own are nobody's", async () => {
  const { run, within, write, repo, tree } = await setting()
  repo.commit("the target went on", { "b.txt": "b" })
  write("a.txt", "committed\n")
  within("commit", "-q", "-a", "-m", "work")
  write("new.txt", "new\n")
  write(".gitignore", "*.log\n")
  write("x.log", "ignored\n")
  write(".osier/prompt.md", "ours\n")
  expect(await run({ onto: "main" })).toMatchObject({ files: 4 })
  const commits = keepCommit({ task: 1, attempt: 3, commit: within("rev-parse", "HEAD"), reason: "it failed", onto: "main" })
  expect(await inWorld(repo.path, commits)).toMatchObject({ files: 1 })
  expect((await inWorld(repo.path, keeps(1))).map(({ files, base }) => ({ files, base }))).toEqual([
    { files: 4, base: tree.base },
    { files: 1, base: tree.base },
  ])
  const stat = await inWorld(repo.path, compareWork(tree.base, repo.git("rev-parse", "refs/osier/keep/1/2"), ["--name-only"]))
  expect(stat.split("\n")).toEqual(expect.arrayContaining(["a.txt", "new.txt", "x.log"]))
  expect(stat).not.toContain("prompt.md")
})

test("every byte comes back: dirty, staged, untracked, ignored, links, modes, odd names, empty folders", async () => {
  const { write, within, tree, roundTrip, repo } = await setting({
    "a.txt": "a\n",
    "crlf.txt": "one\r\ntwo\r\n",
    ".gitattributes": "* text=auto eol=crlf\n",
    ".gitignore": "*.log\nbuild/\n",
    "gone.txt": "gone\n",
  })
  write("a.txt", "staged\n")
  within("add", "a.txt")
  write("a.txt", "changed after\r\n")
  rmSync(join(tree.path, "gone.txt"))
  write("-new\nline", "x")
  write('q"uote\t', "x")
  write("=osier=%41", "not encoded by us")
  write(".GIT", "no git")
  write("sub/git~1", "no git")
  write("build/out.bin", Buffer.from([0, 255, 10, 13]))
  write("x.log", "log")
  write("secret", "s")
  chmodSync(join(tree.path, "secret"), 0o600)
  write("run.sh", "#!/bin/sh\n")
  chmodSync(join(tree.path, "run.sh"), 0o755)
  write("closed/f", "f")
  chmodSync(join(tree.path, "closed/f"), 0o000)
  chmodSync(join(tree.path, "closed"), 0o500)
  mkdirSync(join(tree.path, "empty/in/ner"), { recursive: true })
  symlinkSync("../nowhere", join(tree.path, "link"))
  symlinkSync("evil", join(tree.path, ".gitmodules"))
  writeFileSync(Buffer.concat([Buffer.from(`${tree.path}/`), Buffer.from([0x62, 0xff, 0x61])]), "no text")
  const kept = await roundTrip()
  chmodSync(join(dirname(repo.path), "repo.osier"), 0o755)
  expect(repo.git("show", `${kept.commit}^2:a.txt`)).toBe("staged")
  expect(kept.left).toEqual([])
})

test("embedded repositories come back whole", async () => {
  const { write, tree, roundTrip } = await setting()
  write("inner/f.txt", "f")
  const git = (...args: readonly string[]) => execFileSync("git", ["-C", join(tree.path, "inner"), ...args], { stdio: "pipe" }).toString()
  git("init", "-q", "-b", "main")
  git("add", "f.txt")
  git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "inner")
  await roundTrip()
})

test("a submodule with work of its own comes back as a repository with its commits; one without is not copied", async () => {
  const inner = makeRepo({ "in.txt": "in\n" })
  const repo = makeRepo()
  const global = join(makeFolder(), "global")
  writeFileSync(global, '[protocol "file"]\n\tallow = always\n')
  vi.stubEnv("GIT_CONFIG_GLOBAL", global)
  onTestFinished(() => void vi.unstubAllEnvs())
  repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path, "lib/sub")
  repo.git("commit", "-q", "-m", "sub")
  const base = repo.git("rev-parse", "HEAD")
  const tree = await inWorld(repo.path, makeTree({ root: join(dirname(repo.path), "repo.osier"), name: "x-1", branch: "task/x-1", base }))
  const input = { task: 1, attempt: 1, tree: tree.path, reason: "r", keepIgnored: [], copy: [], maxBytes: 1000 }
  expect(await inWorld(repo.path, keep(input))).toBeUndefined()
  const sub = (...args: readonly string[]) =>
    repo.git("-C", join(tree.path, "lib/sub"), "-c", "user.name=a", "-c", "user.email=a@b", ...args)
  writeFileSync(join(tree.path, "lib/sub/new.txt"), "new\n")
  sub("add", "new.txt")
  sub("commit", "-q", "-m", "only here")
  const only = sub("rev-parse", "HEAD")
  writeFileSync(join(tree.path, "lib/sub/dirty.txt"), "dirty\n")
  const kept = await inWorld(repo.path, keep(input))
  await inWorld(repo.path, removeTree(tree, { proven: true, reason: kept?.ref ?? "" }))
  for (const branch of [undefined, "again"]) {
    const into = join(makeFolder(), "back")
    await inWorld(repo.path, restore({ keep: kept?.ref ?? "", into, branch }))
    const back = join(into, "lib/sub")
    expect(repo.git("-C", back, "rev-parse", "HEAD")).toBe(only)
    expect(repo.git("-C", back, "status", "--porcelain")).toBe("?? dirty.txt")
    expect(repo.git("-C", back, "fsck", "--no-dangling")).toBe("")
  }
})

test("commits without a name are kept: detached, amended away; the branch may go", async () => {
  const { repo, within, write, run } = await setting()
  write("w", "1")
  within("add", "w")
  within("commit", "-q", "-m", "first try")
  const first = within("rev-parse", "HEAD")
  within("commit", "-q", "--amend", "-m", "second try")
  within("switch", "-q", "--detach")
  within("commit", "-q", "--allow-empty", "-m", "nameless")
  const nameless = within("rev-parse", "HEAD")
  const kept = await run({ onto: "main" })
  expect(kept?.files).toBeGreaterThan(0)
  const parents = repo.git("rev-parse", `${kept?.commit}^@`).split("\n")
  expect(parents[0]).toBe(nameless)
  expect(parents).toContain(first)
})

test("a locked, a damaged and a conflicted index, an open merge and a lost .git are no obstacle", async () => {
  const { repo, tree, within, write, run } = await setting()
  repo.commit("theirs", { "a.txt": "theirs\n" })
  write("a.txt", "ours\n")
  within("commit", "-q", "-am", "ours")
  expect(() => within("merge", "-q", "main")).toThrow(/./)
  writeFileSync(join(tree.gitDir, "index.lock"), "")
  const merging = await run()
  expect(repo.git("show", "-s", "--format=%B", merging?.commit ?? "")).toContain("Open: merge")
  const asTree = join(makeFolder(), "tree")
  await inWorld(repo.path, restore({ keep: merging?.ref ?? "", into: asTree, branch: "again" }))
  expect(repo.git("-C", asTree, "status", "--porcelain")).toBe("UU a.txt")
  expect(repo.git("-C", asTree, "symbolic-ref", "HEAD")).toBe("refs/heads/again")
  writeFileSync(join(tree.gitDir, "index"), "nonsense")
  expect(await run()).toMatchObject({ ref: "refs/osier/keep/1/2-2" })
  rmSync(join(tree.path, ".git"))
  expect(await run()).toMatchObject({ ref: "refs/osier/keep/1/2-3" })
  rmSync(tree.gitDir, { recursive: true })
  const bare = await run({ tip: repo.git("rev-parse", "task/x-1") })
  const back = join(makeFolder(), "back")
  await inWorld(repo.path, restore({ keep: bare?.commit ?? "", into: back }))
  expect([...wholeFolder(back).keys()].toSorted()).toEqual([...wholeFolder(tree.path).keys()].toSorted())
})

test("ignored files count up to the limit, the rest is named; sockets and pipes are named", async () => {
  const { write, tree, run, repo } = await setting()
  write("small.log", "s".repeat(900))
  write("large.log", "l".repeat(950))
  execFileSync("mkfifo", [join(tree.path, "pipe")])
  const kept = await run()
  expect(kept?.left.toSorted()).toEqual(["large.log (ignored, 950B)", "pipe (a pipe)"])
  expect(await inWorld(repo.path, keeps())).toMatchObject([
    { ref: "refs/osier/keep/1/2", task: "1", attempt: "2", reason: "it failed", left: kept?.left, files: kept?.files },
  ])
})

test("an unchanged copy is not the agent's work; a changed one is", async () => {
  const { repo, tree, run, write } = await setting()
  repo.write("local.env", "A=1\n")
  await inWorld(repo.path, setUp({ tree: tree.path, from: repo.path, copy: ["local.env"], setup: [], env: {} }))
  expect(await run({ copy: ["local.env"] })).toBeUndefined()
  write("local.env", "A=2\n")
  expect(await run({ copy: ["local.env"] })).toBeDefined()
})

test("nothing is restored over anything", async () => {
  const { repo, write, run } = await setting()
  write("new", "n")
  const kept = await run()
  const error = await inWorld(repo.path, Effect.flip(restore({ keep: kept?.ref ?? "", into: repo.path })))
  expect(error).toMatchObject({ _tag: "NotEmpty", exit: 2 })
  expect(await inWorld(repo.path, Effect.flip(restore({ keep: "HEAD", into: join(makeFolder(), "x") })))).toMatchObject({ _tag: "NoKeep" })
})
