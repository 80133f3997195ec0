import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { Refs } from "../../../core/world/git/refs.ts"
import { checkLockFiles } from "../../../core/engine/doctor/checkLockFiles.ts"
import { makeFolder, makeRepo } from "../../support/repo.ts"
import type { Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test("a lock file that is not known to be ours is never removed, and the swap says so", { timeout: 120_000 }, async () => {
  const repo = makeRepo()
  const a = repo.git("rev-parse", "HEAD")
  const lock = join(repo.path, ".git/refs/heads/held.lock")
  writeFileSync(lock, "")
  const error = await inWorld(
    repo.path,
    Effect.gen(function* () {
      const refs = yield* Refs
      return yield* Effect.flip(refs.swap([{ ref: "refs/heads/held", from: undefined, to: a }]))
    }),
  )
  expect(error.message).toMatch(
    /^cannot update refs\/heads\/held: the lock file .*held\.lock of another git process is in the way, and has stood there for \d+s$/,
  )
  expect(existsSync(lock)).toBe(true)
})

/** A git in front of the real one, whose update-ref is killed, by its own hand, after it made the lock file; `times` says how often. */
const killedGit = (repo: Repo, times: number) => {
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim()
  const folder = makeFolder()
  writeFileSync(
    join(folder, "git"),
    `#!/bin/sh
case " $* " in *" update-ref "*) ;; *) exec "${real}" "$@";; esac
n=$(cat "${folder}/n" 2>/dev/null || echo 0)
[ "$n" -ge ${times} ] && exec "${real}" "$@"
echo $((n + 1)) > "${folder}/n"
while read -r word ref rest; do
  case $word in update|delete) : > "${repo.path}/.git/$ref.lock";; commit) kill -9 $$;; esac
done
`,
    { mode: 0o755 },
  )
  return folder
}

const withGit = async <A>(repo: Repo, times: number, body: () => Promise<A>) => {
  const before = process.env["PATH"] ?? ""
  process.env["PATH"] = `${killedGit(repo, times)}:${before}`
  try {
    return await body()
  } finally {
    process.env["PATH"] = before
  }
}

test("a git that is killed at a swap blocks nothing: its lock file goes, and the act is done again", { timeout: 120_000 }, async () => {
  const repo = makeRepo()
  const a = repo.git("rev-parse", "HEAD")
  const ref = "refs/heads/next"
  await withGit(repo, 2, () =>
    inWorld(
      repo.path,
      Effect.flatMap(Refs, (refs) => refs.swap([{ ref, from: undefined, to: a }])),
    ),
  )
  expect(repo.git("rev-parse", ref)).toBe(a)
  expect(existsSync(join(repo.path, ".git", `${ref}.lock`))).toBe(false)
  expect(readdirSync(join(repo.path, ".git/osier/intents"))).toEqual([])
})

test("a git that is killed each time is no reason to try for ever", { timeout: 120_000 }, async () => {
  const repo = makeRepo()
  const a = repo.git("rev-parse", "HEAD")
  const swap = Effect.flatMap(Refs, (refs) => Effect.flip(refs.swap([{ ref: "refs/heads/next", from: undefined, to: a }])))
  const error = await withGit(repo, 1000, () => inWorld(repo.path, swap))
  expect(error.message).toBe("cannot update refs/heads/next: git was killed at it, again and again")
  expect(existsSync(join(repo.path, ".git/refs/heads/next.lock"))).toBe(false)
})

test("every lock file of git's that is left over is found, with its age, and those of a moment are not", async () => {
  const repo = makeRepo()
  const names = [
    "refs/heads/main.lock",
    "packed-refs.lock",
    "HEAD.lock",
    "index.lock",
    "config.lock",
    "refs/osier/ids.lock",
    "worktrees/x/index.lock",
  ]
  for (const name of [...names, "refs/heads/young.lock"]) repo.write(`.git/${name}`, "")
  const then = new Date(Date.now() - 7_200_000)
  for (const name of names) utimesSync(join(repo.path, ".git", name), then, then)
  const checks = await inWorld(repo.path, checkLockFiles())
  expect(checks.map(({ state }) => state)).toEqual(names.map(() => "odd"))
  expect(checks.map(({ hint }) => hint).toSorted()).toEqual(names.map((name) => `rm ${join(repo.path, ".git", name)}`).toSorted())
  for (const { found } of checks) expect(found).toMatch(/, for 2h 00m; its owner is dead: no git is at work here$/)
})
