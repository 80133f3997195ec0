import { chmodSync, readFileSync, readdirSync, statSync, symlinkSync, utimesSync } from "node:fs"
import { join } from "node:path"
import { expect } from "vitest"
import { land } from "../../core/steps/land/land.ts"
import type { Expect } from "../../core/world/git/refs.ts"
import { makeRepo } from "./repo.ts"
import type { Repo } from "./repo.ts"
import { inWorld } from "./world.ts"

/** The branch that is landed on. */
export const target = "refs/heads/main"

/** What is there before, on paths with nasty names. */
export const base = {
  ".gitignore": "*.ignored\n/out/\n",
  stays: "stays\n",
  "dirty stays": "x\n",
  changes: "old\n",
  goes: "goes\n",
  "was file": "file\n",
  "was folder/inner": "inner\n",
  "new\nline": "odd\n",
}

/** What lands: every kind of change, on paths with nasty names. */
export const apply = (repo: Repo) => {
  repo.write("changes", "new\n")
  repo.git("rm", "-q", "goes", "was file", "was folder/inner")
  repo.write("was file/inner", "now a folder\n")
  repo.write("was folder", "now a file\n")
  repo.write("new\nline", "odd, new\n")
  repo.write("-added", "added\n")
  repo.write("deep/ünï/added", "added\n")
  repo.write("run me", "#!/bin/sh\n")
  chmodSync(join(repo.path, "run me"), 0o755)
  symlinkSync("stays", join(repo.path, "link"))
}

/** A repository on `main` at `from`, and a commit `to` on top of it that is nowhere checked out. */
export const setUp = (files: Record<string, string> = base, change: (repo: Repo) => void = apply) => {
  const repo = makeRepo(files)
  const from = repo.git("rev-parse", "HEAD")
  change(repo)
  repo.git("add", "-A")
  repo.git("commit", "-q", "-m", "to")
  const to = repo.git("rev-parse", "HEAD")
  repo.git("reset", "-q", "--hard", from)
  return { repo, from, to, at: (path: string) => join(repo.path, path) }
}

/** Lands it. */
export const landing = (repo: Repo, from: string, to: string, expected: readonly Expect[] = []) =>
  inWorld(repo.path, land({ target, from, to, expect: () => expected, reason: "osier: land 1" }))

/** All that git sees in a checkout, ignored files included. */
export const status = (repo: Repo, path = repo.path) => repo.git("-C", path, "status", "--porcelain", "--ignored", "-uall")

/** Where the target is. */
export const tip = (repo: Repo) => repo.git("rev-parse", target)

/** Nothing of ours is left beside the index. */
export const tidy = (repo: Repo, gitDir = join(repo.path, ".git")) => {
  expect(readdirSync(gitDir).filter((name) => name.startsWith("index."))).toEqual([])
  expect(readdirSync(join(repo.path, ".git/osier/follow")).filter((name) => name.endsWith(".json"))).toEqual([])
}

/** The user's own things, none of which a landing touches. */
export const settle = (repo: Repo) => {
  repo.write("dirty stays", "changed by the user\n")
  repo.write("staged", "staged\n")
  repo.git("add", "staged")
  repo.write("staged", "staged, then changed\n")
  repo.write("untracked", "mine\n")
  repo.write("x.ignored", "mine\n")
  repo.write("out/inner", "mine\n")
  const long = new Date(Date.now() - 5e8)
  for (const path of ["stays", "untracked", "x.ignored"]) utimesSync(join(repo.path, path), long, long)
  return ["dirty stays", "staged", "untracked", "x.ignored", "out/inner", "stays"].map((path) => {
    const file = join(repo.path, path)
    return { file, text: readFileSync(file, "utf8"), mtime: statSync(file).mtimeMs, ino: statSync(file).ino }
  })
}

/** None of them was written, not even with the same bytes. */
export const untouched = (files: ReturnType<typeof settle>) => {
  for (const { file, text, mtime, ino } of files) {
    expect([file, readFileSync(file, "utf8"), statSync(file).mtimeMs, statSync(file).ino]).toEqual([file, text, mtime, ino])
  }
}
