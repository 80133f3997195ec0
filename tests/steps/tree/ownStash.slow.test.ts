import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { makeTree } from "../../../core/steps/tree/makeTree.ts"
import { ownStash } from "../../../core/steps/tree/ownStash.ts"
import { keep } from "../../../core/steps/keep/keep.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const planted = async (repo: ReturnType<typeof makeRepo>, name: string) => {
  const base = repo.git("rev-parse", "HEAD")
  const tree = await inWorld(repo.path, makeTree({ root: join(dirname(repo.path), "it's trees"), name, branch: `task/${name}`, base }))
  const bin = await inWorld(repo.path, ownStash(tree))
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` }
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: tree.path, env, encoding: "utf8", stdio: "pipe" }).trimEnd()
  const text = (path: string) => readFileSync(join(tree.path, path), "utf8")
  const write = (path: string, words: string) => {
    mkdirSync(dirname(join(tree.path, path)), { recursive: true })
    writeFileSync(join(tree.path, path), words)
  }
  return { tree, git, text, write }
}

test("two trees stash at the same time, and each gets its own back; the user's stays as it was", async () => {
  const repo = makeRepo({ "a.txt": "a\n", "sub/b.txt": "b\n" })
  repo.write("a.txt", "the user's\n")
  repo.git("stash", "push", "-q")
  const users = repo.git("rev-parse", "refs/stash")
  const [one, two] = [await planted(repo, "one-1"), await planted(repo, "two-2")]
  for (const [words, tree] of [
    ["one", one],
    ["two", two],
  ] as const) {
    tree.write("a.txt", words)
    tree.write("new.txt", words)
    tree.git("add", "new.txt")
    tree.git("stash", "push", "-q", "-u", "-m", words)
    expect(tree.git("status", "--short")).toBe("")
  }
  repo.git("pack-refs", "--all")
  for (const [words, tree] of [
    ["one", one],
    ["two", two],
  ] as const) {
    expect(tree.git("--no-pager", "stash", "list", "--format=%gs")).toBe(`On task/${words}-${words === "one" ? 1 : 2}: ${words}`)
    tree.git("-C", "sub", "stash", "pop", "-q", "--index")
    expect([tree.text("a.txt"), tree.text("new.txt"), tree.git("status", "--short")]).toEqual([words, words, " M a.txt\nA  new.txt"])
  }
  expect(repo.git("stash", "list", "--format=%H")).toBe(users)
  expect(repo.git("fsck", "--no-dangling")).toBe("")
})

test("from a folder, by path, by name and with settings; everything but the stash is git itself", async () => {
  const repo = makeRepo({ "a.txt": "a\n", "sub/b.txt": "b\n", "sub/c.txt": "c\n" })
  const { tree, git, text, write } = await planted(repo, "x-1")
  for (const path of ["a.txt", "sub/b.txt", "sub/c.txt"]) write(path, "changed")
  execFileSync("git", ["-c", "user.name=it's me", "stash", "push", "-q", "--", "b.txt"], {
    cwd: join(tree.path, "sub"),
    env: { ...process.env, PATH: `${tree.gitDir}/stash/bin:${process.env["PATH"] ?? ""}` },
  })
  expect(git("status", "--short")).toBe(" M a.txt\n M sub/c.txt")
  expect(git("log", "-1", "--format=%an", git("stash", "list", "--format=%H"))).toBe("it's me")
  git("commit", "-q", "-a", "-m", "stash", "--author", "A <a@a>")
  git("stash", "pop", "-q")
  expect(text("sub/b.txt")).toBe("changed")
  expect(git("log", "-1", "--format=%s")).toBe("stash")
  expect(git("rev-parse", "HEAD")).toBe(repo.git("rev-parse", "task/x-1"))
})

test("what is left in a tree's stash is kept with it", async () => {
  const repo = makeRepo({ "a.txt": "a\n" })
  const { tree, git, write } = await planted(repo, "x-1")
  for (const words of ["first", "second"]) {
    write("a.txt", words)
    git("stash", "push", "-q")
  }
  const entries = git("stash", "list", "--format=%H").split("\n")
  const kept = await inWorld(
    repo.path,
    keep({ task: 1, attempt: 1, tree: tree.path, reason: "a test", keepIgnored: [], copy: [], maxBytes: 1000 }),
  )
  expect(repo.git("log", "--format=%H", String(kept?.ref)).split("\n")).toEqual(expect.arrayContaining(entries))
})
