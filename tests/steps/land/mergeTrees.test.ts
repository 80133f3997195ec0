import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { mergeTrees } from "../../../core/steps/land/mergeTrees.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"
import { conflict, fork, merge, odd } from "../../support/fork.ts"

test("disjoint changes merge, whatever the files are called", async () => {
  const { repo, sides } = fork(
    Object.fromEntries(odd.map((name) => [name, "one\n"])),
    (r) => r.write(odd[0] ?? "", "ours\n"),
    (r) => odd.slice(1).forEach((name) => r.write(name, "theirs\n")),
  )
  const merged = await merge(repo, sides)
  expect(merged.type).toBe("merged")
  repo.git("merge", "-q", "--no-edit", "task")
  expect(merged.tree).toBe(repo.git("rev-parse", "HEAD^{tree}"))
})

test("every kind of conflict names its files", async () => {
  const lines = "a\nb\nc\nd\ne\n"
  const { repo, sides } = fork(
    { ...Object.fromEntries(odd.map((name) => [name, lines])), gone: lines, moved: lines.repeat(9), bin: "\0a", d: "file" },
    (r) => {
      for (const name of odd) r.write(name, "a\nours\nc\nd\ne\n")
      r.write("gone", `${lines}ours\n`)
      r.git("mv", "moved", "here")
      r.write("bin", "\0ours")
      r.write("added", "ours")
      r.write("d", "file, changed")
    },
    (r) => {
      for (const name of odd) r.write(name, "a\ntheirs\nc\nd\ne\n")
      r.git("rm", "-q", "gone", "d")
      r.git("mv", "moved", "there")
      r.write("bin", "\0theirs")
      r.write("added", "theirs")
      r.write("d/inner", "now a folder")
    },
  )
  const found = await conflict(repo, sides)
  const kinds = (path: string) => found.conflicts.find((one) => one.path === path)?.kinds
  for (const name of odd) expect(kinds(name)).toEqual(["CONFLICT (contents)"])
  expect(kinds("gone")).toEqual(["CONFLICT (modify/delete)"])
  expect(kinds("here")).toEqual(["CONFLICT (rename/rename)"])
  expect(kinds("there")).toEqual(["CONFLICT (rename/rename)"])
  expect(kinds("bin")).toContain("CONFLICT (binary)")
  expect(kinds("added")).toEqual(["CONFLICT (contents)"])
  expect(found.files.some((file) => file === "d" || file.startsWith("d~"))).toBe(true)
  const content = found.conflicts.find((one) => one.path === "added")
  expect(content?.stages.map((one) => one.stage)).toEqual([2, 3])
  expect(repo.git("cat-file", "-p", `${found.tree}:added`)).toContain("<<<<<<< target")
})

test("a changed mode and a link against a file are conflicts, a line of equals signs is none", async () => {
  const one = fork(
    { "title.md": "Title\n=======\n\ntext\n", run: "x\n" },
    (r) => r.write("title.md", "Title\n=======\n\ntext\nmore\n"),
    (r) => r.write("title.md", "New title\n=======\n\ntext\n"),
  )
  const merged = await merge(one.repo, one.sides)
  expect(merged.type).toBe("merged")
  const two = fork(
    { x: "x\n" },
    (r) => r.write("y", "file\n"),
    (r) => execFileSync("ln", ["-s", "x", join(r.path, "y")]),
  )
  expect((await conflict(two.repo, two.sides)).conflicts.flatMap((c) => c.kinds)).toContain("CONFLICT (distinct modes)")
})

test("a moved submodule that both sides changed is a conflict, with one side it is none", async () => {
  const link = (r: Repo, oid: string) => r.git("update-index", "--add", "--cacheinfo", `160000,${oid},sub`)
  const repo = makeRepo()
  const id = (n: number) => String(n).repeat(40)
  const base = (link(repo, id(1)), repo.git("commit", "-q", "-m", "sub"), repo.git("rev-parse", "HEAD"))
  const move = (n: number) => {
    repo.git("checkout", "-q", base)
    link(repo, id(n))
    repo.git("commit", "-q", "-m", `to ${n}`)
    return repo.git("rev-parse", "HEAD")
  }
  const [two, three] = [move(2), move(3)]
  expect((await merge(repo, { ours: base, theirs: two })).type).toBe("merged")
  expect((await conflict(repo, { ours: two, theirs: three })).files).toEqual(["sub"])
})

test("attributes come from the target's commit alone", async () => {
  const both = { ours: (r: Repo) => r.write("deep/log", "a\nours\n"), theirs: (r: Repo) => r.write("deep/log", "a\ntheirs\n") }
  const committed = fork({ "deep/log": "a\n", "deep/.gitattributes": "log merge=union\n" }, both.ours, both.theirs)
  expect((await merge(committed.repo, committed.sides)).type).toBe("merged")
  const planted = fork({ "deep/log": "a\n" }, both.ours, both.theirs)
  const trap = join(makeFolder(), "ran")
  planted.repo.git("config", "merge.evil.driver", `touch ${trap}; true`)
  writeFileSync(join(planted.repo.path, ".gitattributes"), "* merge=union\n")
  mkdirSync(join(planted.repo.path, ".git/info"), { recursive: true })
  writeFileSync(join(planted.repo.path, ".git/info/attributes"), "* merge=evil\n")
  expect((await merge(planted.repo, planted.sides)).type).toBe("conflict")
  expect(existsSync(trap)).toBe(false)
})

test("nothing of the repository moves, and no view is left behind", async () => {
  const { repo, sides } = fork(
    { a: "a\n" },
    (r) => r.write("a", "ours\n"),
    (r) => r.write("a", "theirs\n"),
  )
  const state = () => [repo.git("for-each-ref"), repo.git("status", "--porcelain"), repo.git("rev-parse", "HEAD")].join()
  const before = state()
  await conflict(repo, sides)
  expect(state()).toBe(before)
  expect(execFileSync("ls", [join(repo.path, ".git/osier/views")], { encoding: "utf8" })).toBe("")
})

test("a base that is given is the merge base, even where history has another", async () => {
  const repo = makeRepo({ a: "1\n" })
  const old = repo.git("rev-parse", "HEAD")
  const ours = repo.commit("two", { a: "2\n" })
  repo.git("checkout", "-q", "-b", "task")
  const theirs = repo.commit("back to one", { a: "1\n" })
  expect(await merge(repo, { ours, theirs })).toEqual({ type: "merged", tree: repo.git("rev-parse", `${theirs}^{tree}`) })
  expect(await merge(repo, { ours, theirs, base: old })).toEqual({ type: "merged", tree: repo.git("rev-parse", `${ours}^{tree}`) })
})

test("a criss-cross merges as git does, unrelated histories are refused", async () => {
  const repo = makeRepo({ a: "1\n2\n3\n4\n5\n" })
  repo.git("checkout", "-q", "-b", "x")
  const x1 = repo.commit("x1", { a: "x\n2\n3\n4\n5\n" })
  repo.git("checkout", "-q", "-b", "y", "main")
  const y1 = repo.commit("y1", { a: "1\n2\n3\n4\ny\n" })
  repo.git("merge", "-q", "-m", "y2", x1)
  repo.git("checkout", "-q", "x")
  repo.git("merge", "-q", "-m", "x2", y1)
  const ours = repo.commit("x3", { b: "b" })
  repo.git("checkout", "-q", "y")
  const theirs = repo.commit("y3", { c: "c" })
  expect(repo.git("merge-base", "--all", ours, theirs).split("\n")).toHaveLength(2)
  const merged = await merge(repo, { ours, theirs })
  repo.git("merge", "-q", "-m", "m", ours)
  expect(merged).toEqual({ type: "merged", tree: repo.git("rev-parse", "HEAD^{tree}") })
  repo.git("checkout", "-q", "--orphan", "other")
  const other = repo.commit("other", { z: "z" })
  await expect(merge(repo, { ours, theirs: other })).rejects.toMatchObject({ _tag: "NoMergeBase", reason: "unrelated" })
})

test("a merge base is never guessed in a cut-off history", async () => {
  const full = makeRepo({ a: "1\n" })
  for (const n of [2, 3, 4, 5]) full.commit(`m${n}`, { a: `${n}\n` })
  full.git("checkout", "-q", "-b", "task", "main~3")
  full.commit("task", { b: "b\n" })
  full.git("checkout", "-q", "-b", "near", "main~1")
  full.commit("near", { c: "c\n" })
  const path = join(makeFolder(), "shallow")
  full.git("clone", "-q", "--depth", "2", "--no-single-branch", `file://${full.path}`, path)
  const at = (name: string) => full.git("rev-parse", name)
  const asked = (theirs: string) => inWorld(path, mergeTrees({ ours: at("main"), theirs: at(theirs) }))
  await expect(asked("task")).rejects.toMatchObject({ _tag: "NoMergeBase", reason: "shallow" })
  expect((await asked("near")).type).toBe("merged")
})

test("a commit that does not exist is a failure, not a conflict", async () => {
  const repo = makeRepo()
  const error = await inWorld(repo.path, Effect.flip(mergeTrees({ ours: repo.git("rev-parse", "HEAD"), theirs: "0".repeat(39) + "1" })))
  expect(error._tag).toBe("GitFailed")
})
