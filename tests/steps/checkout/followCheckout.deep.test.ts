import { execFileSync } from "node:child_process"
import { dice, seed } from "../../support/dice.ts"
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { land } from "../../../core/steps/land/land.ts"
import { recoverFollow } from "../../../core/steps/checkout/recoverFollow.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"
import { target, stopInside, half } from "../../support/halfLanding.ts"

test("killed while its git goes on writing: the next start waits for that git", { skip: process.platform === "win32" }, async () => {
  const { repo, from, to } = half()
  const { letGo } = await stopInside(repo, from, to)
  const recovering = inWorld(repo.path, recoverFollow())
  letGo()
  expect(await recovering).toMatchObject([{ type: "finished" }])
  expect(repo.git("rev-parse", target)).toBe(to)
  expect(repo.git("status", "--porcelain")).toBe(" M mine")
})

test("it decides as `git merge --ff-only --no-overwrite-ignore` does, and leaves the same behind", { timeout: 120_000 }, async () => {
  const next = dice(seed)
  const pick = (from: readonly string[]) => from[Math.floor(next() * from.length)] ?? ""
  const paths = ["a", "b", "d/x", "d/y", "e/f/g", "-n", "sp ace", "i.ignored", "late"]
  const put = (repo: Repo, path: string, text: string) => {
    const parts = path.split("/")
    // Whatever file is where a folder is needed goes, and the other way round, as an editor would do it.
    parts.slice(0, -1).forEach((_, n) => {
      const folder = join(repo.path, ...parts.slice(0, n + 1))
      if (existsSync(folder) && !readdirSafe(folder)) rmSync(folder)
    })
    rmSync(join(repo.path, path), { recursive: true, force: true })
    mkdirSync(dirname(join(repo.path, path)), { recursive: true })
    writeFileSync(join(repo.path, path), text)
  }
  let [allowed, refused] = [0, 0]
  for (let round = 0; round < 25; round++) {
    const repo = makeRepo({ ".gitignore": "*.ignored\n" })
    for (const path of paths) if (next() < 0.6) put(repo, path, "one\n")
    repo.git("add", "-Af")
    repo.git("commit", "-q", "--allow-empty", "-m", "from")
    const from = repo.git("rev-parse", "HEAD")
    for (let n = 0; n < 3; n++) {
      const path = pick([...paths, "d", "e/f", "a/below"])
      if (next() < 0.3) rmSync(join(repo.path, path), { recursive: true, force: true })
      else put(repo, path, `two ${pick(["1", "2"])}\n`)
    }
    repo.git("add", "-Af")
    repo.git("commit", "-q", "--allow-empty", "-m", "to")
    const to = repo.git("rev-parse", "HEAD")
    repo.git("reset", "-q", "--hard", from)
    for (let n = 0; n < 2; n++) {
      const path = pick([...paths, "a/mine", "d/mine", "z"])
      if (next() < 0.15) repo.git("rm", "-rqf", "--ignore-unmatch", "--", path)
      else put(repo, path, pick(["two 1\n", "mine\n"]))
      if (next() < 0.3 && existsSync(join(repo.path, path))) repo.git("add", "-f", "--", path)
    }
    const rows = repo.git("status", "--porcelain", "-z", "--no-renames", "-uall", "--ignored").split("\0").filter(Boolean)
    const mine = rows.map((row) => ({ path: row.slice(3), bytes: bytesOf(join(repo.path, row.slice(3))) }))
    const twin = join(makeFolder(), "twin")
    cpSync(repo.path, twin, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
    let git = true
    try {
      repo.git("-C", twin, "merge", "-q", "--ff-only", "--no-overwrite-ignore", to)
    } catch {
      git = false
    }
    const label = `seed ${seed}, round ${round}`
    const look = (path: string) => [
      repo.git("-C", path, "status", "--porcelain", "-uall", "--ignored"),
      repo.git("-C", path, "ls-files", "-s"),
      execFileSync("sh", ["-c", "find . -path ./.git -prune -o -type f -print0 | sort -z | xargs -0 sha1sum --"], {
        cwd: path,
        encoding: "utf8",
      }),
    ]
    const ended = await inWorld(repo.path, land({ target, from, to, expect: () => [], reason: "r" }))
    // git writes a file anew that the user removed, and drops one staged in a folder that becomes a file. We wait.
    const kept = mine.every(({ path, bytes }) => bytesOf(join(twin, path)) === bytes)
    if (git && !kept) {
      expect(ended.type, label).toBe("waits")
      continue
    }
    expect([ended.type === "landed", ended], label).toEqual([git, ended])
    expect(look(repo.path), label).toEqual(look(twin))
    if (git) allowed++
    else refused++
  }
  expect(Math.min(allowed, refused)).toBeGreaterThan(0)
})

const bytesOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return "(no file)"
  }
}

const readdirSafe = (path: string): boolean => {
  try {
    readdirSync(path)
    return true
  } catch {
    return false
  }
}
