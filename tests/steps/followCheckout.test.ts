import * as Effect from "effect/Effect"
import { execFileSync, spawn } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { land } from "../../core/steps/land.ts"
import { recoverFollow } from "../../core/steps/recoverFollow.ts"
import { Reaper } from "../../core/world/reaper.ts"
import { Refs } from "../../core/world/refs.ts"
import { makeFolder, makeRepo } from "../support/repo.ts"
import type { Repo } from "../support/repo.ts"
import { inWorld } from "../support/world.ts"

const target = "refs/heads/main"

/** A landing whose git stops in the middle of writing files, in a filter of the user's, until it is let go. */
const stopInside = async (repo: Repo, from: string, to: string) => {
  const folder = makeFolder()
  const [started, gate] = [join(folder, "started"), join(folder, "gate")]
  for (const pipe of [started, gate]) execFileSync("mkfifo", [pipe])
  writeFileSync(join(folder, "smudge.sh"), `echo here > ${started}\ncat ${gate} > /dev/null\ncat\n`)
  repo.git("config", "filter.slow.smudge", `sh ${join(folder, "smudge.sh")}`)
  repo.git("config", "filter.slow.clean", "cat")
  const child = spawn(process.execPath, [join(import.meta.dirname, "landWorker.ts"), repo.path, from, to, "never"], { stdio: "ignore" })
  const over = new Promise((resolve) => child.once("close", resolve))
  const inside = spawn("cat", [started], { stdio: "ignore" })
  await new Promise((resolve) => inside.once("close", resolve))
  child.kill("SIGKILL")
  await over
  repo.git("config", "filter.slow.smudge", "cat")
  return { letGo: () => spawn("sh", ["-c", `: > ${gate}`], { stdio: "ignore" }) }
}

const half = () => {
  const repo = makeRepo({ ".gitattributes": "*.slow filter=slow\n", a: "a\n", "b.slow": "b\n", c: "c\n", "gone/x": "x\n", mine: "mine\n" })
  const from = repo.git("rev-parse", "HEAD")
  repo.git("rm", "-q", "gone/x")
  const to = repo.commit("to", { a: "a2\n", "b.slow": "b2\n", c: "c2\n", "d/new": "d\n" })
  repo.git("reset", "-q", "--hard", from)
  repo.write("mine", "changed\n")
  return { repo, from, to }
}

test("killed while its git goes on writing: the next start waits for that git", { skip: process.platform === "win32" }, async () => {
  const { repo, from, to } = half()
  const { letGo } = await stopInside(repo, from, to)
  const recovering = inWorld(repo.path, recoverFollow())
  letGo()
  expect(await recovering).toMatchObject([{ type: "finished" }])
  expect(repo.git("rev-parse", target)).toBe(to)
  expect(repo.git("status", "--porcelain")).toBe(" M mine")
})

test("killed together with its git in the middle of a file", { skip: process.platform === "win32" }, async () => {
  const { repo, from, to } = half()
  await stopInside(repo, from, to)
  await inWorld(
    repo.path,
    Reaper.use((reaper) => reaper.reap({ mark: "follow-" }, 0)),
  )
  expect(readdirSync(join(repo.path, ".git")).some((name) => /^index\.osier-.*\.lock$/.test(name))).toBe(true)
  expect(repo.git("status", "--porcelain")).not.toBe(" M mine")
  expect(await inWorld(repo.path, recoverFollow())).toMatchObject([{ type: "finished" }])
  expect(repo.git("status", "--porcelain")).toBe(" M mine")
  expect(readdirSync(join(repo.path, ".git")).filter((name) => name.startsWith("index."))).toEqual([])
})

test("a checkout made while the target moved is told to be behind", async () => {
  const { repo, from, to } = half()
  repo.git("checkout", "-q", "--", "mine")
  repo.git("checkout", "-q", "-b", "other")
  const ended = await inWorld(
    repo.path,
    Effect.gen(function* () {
      const refs = yield* Refs
      // The user switches in the very moment between the look and the swap.
      const racing = Refs.of({
        ...refs,
        swap: (...asked) =>
          Effect.andThen(
            Effect.sync(() => repo.git("checkout", "-q", "main")),
            refs.swap(...asked),
          ),
      })
      return yield* land({ target, from, to, expect: [], reason: "r" }).pipe(Effect.provideService(Refs, racing))
    }),
  )
  expect(ended).toMatchObject({ type: "landed", followed: undefined, behind: { checkout: repo.path } })
  if (ended.type !== "landed" || ended.behind === undefined) throw new Error("not behind")
  execFileSync("sh", ["-c", ended.behind.command], { stdio: "ignore" })
  expect(repo.git("status", "--porcelain")).toBe("")
})

const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

test("it decides as `git merge --ff-only --no-overwrite-ignore` does, and leaves the same behind", { timeout: 120_000 }, async () => {
  const seed = Number(process.env["OSIER_SEED"] ?? Date.now() % 1e6)
  const next = random(seed)
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
    const ended = await inWorld(repo.path, land({ target, from, to, expect: [], reason: "r" }))
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
