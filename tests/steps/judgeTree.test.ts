import * as Effect from "effect/Effect"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { JudgeTree } from "../../core/steps/judgeTree.ts"
import { withJudge } from "../../core/steps/judgeTree.ts"
import { courtroom, shellGate, terms } from "../support/courtroom.ts"
import { makeRepo } from "../support/repo.ts"
import { inWorld } from "../support/world.ts"
import { alive } from "../support/alive.ts"
import { use } from "../support/judging.ts"

test("a trusted checkout moves to the next tree, keeps only what may stay, and starts anew when told or untrusted", async () => {
  const repo = makeRepo({ ".gitignore": "node_modules\n*.log\n", "a.txt": "1", "dir/gone.txt": "1" })
  const one = repo.git("rev-parse", "HEAD")
  repo.git("rm", "-q", "-r", "dir")
  const two = repo.commit("two", { "a.txt": "2", "new.txt": "2" })
  const litter = ({ path }: JudgeTree) => {
    for (const name of ["node_modules", "stray", "dir"]) mkdirSync(join(path, name), { recursive: true })
    for (const name of ["node_modules/x", "stray/y", "x.log", "dir/z", "- \n'é"]) writeFileSync(join(path, name), "")
  }
  const keepIgnored = ["node_modules"]
  expect(await use(repo, one, { keepIgnored }, litter)).toMatchObject({ cold: true, names: [".gitignore", "a.txt", "dir"] })
  expect(await use(repo, two, { keepIgnored }, litter)).toMatchObject({
    cold: false,
    names: [".gitignore", "a.txt", "new.txt", "node_modules"],
  })
  expect(await use(repo, one, { keepIgnored, cold: true })).toMatchObject({ cold: true, names: [".gitignore", "a.txt", "dir"] })
  await inWorld(
    repo.path,
    withJudge({ root: courtroom(repo).root, commit: one, keepIgnored, graceMs: 300 }, () => Effect.void),
  )
  expect(await use(repo, one, { keepIgnored })).toMatchObject({ cold: true })
})

test("a checkout that somebody changed after it was trusted is made anew", async () => {
  const repo = makeRepo({ "a.txt": "1\n" })
  const { path } = await use(repo, "main")
  writeFileSync(join(path, "a.txt"), "2\n")
  expect(await use(repo, "main")).toMatchObject({ cold: true, changed: [] })
  expect(readFileSync(join(path, "a.txt"), "utf8")).toBe("1\n")
})

test("a tree without a commit can be judged as well, and git works in it", async () => {
  const repo = makeRepo({ "a.txt": "1\n" })
  const court = courtroom(repo)
  const text = 'test "$(git rev-parse HEAD^{tree})" = "$(git write-tree)" && test -z "$(git status --porcelain)"'
  expect(await court.judge(repo.git("rev-parse", "main^{tree}"), terms([shellGate("a", text)]))).toMatchObject({ verdict: "pass" })
})

test("objects that only a quarantine has", async () => {
  const repo = makeRepo({ "a.txt": "1\n" })
  const quarantine = join(repo.path, '../a:b "quarantine')
  const before = new Set(readdirSync(join(repo.path, ".git/objects")))
  const commit = repo.commit("quarantined", { "b.txt": "2\n" })
  repo.git("update-ref", "refs/heads/main", "HEAD~1")
  mkdirSync(quarantine)
  for (const fan of readdirSync(join(repo.path, ".git/objects")))
    if (!before.has(fan)) renameSync(join(repo.path, ".git/objects", fan), join(quarantine, fan))
  const judged = await courtroom(repo).judge(commit, terms([shellGate("a", "git cat-file -e HEAD:b.txt && test -e b.txt")]), {
    objectFolders: [quarantine],
  })
  expect(judged).toMatchObject({ verdict: "pass" })
})

test("files that git calls changed right after it wrote them don't make every gate unrunnable", async () => {
  const repo = makeRepo({ "crlf.txt": "a\r\nb\r\n" })
  const commit = repo.commit("rules that the file breaks", { ".gitattributes": "*.txt text\n" })
  const court = courtroom(repo)
  expect(await court.judge(commit, terms([shellGate("a", "true")]))).toMatchObject({ verdict: "pass" })
  expect(await court.judge(commit, terms([shellGate("b", "echo c >> crlf.txt")]))).toMatchObject({ verdict: "unrunnable" })
})

test("a repository of sha256, and a bare one", async () => {
  const repo = makeRepo()
  repo.git("init", "-q", "--object-format=sha256", "-b", "main", "../sha256")
  repo.git("-C", "../sha256", "commit", "-q", "--allow-empty", "-m", "a")
  repo.git("clone", "-q", "--bare", repo.path, "../bare.git")
  const gates = terms([shellGate("a", "git log -1 --format=%H")])
  for (const path of ["../sha256", "../bare.git"])
    expect(await courtroom({ ...repo, path: join(repo.path, path) }).judge("main", gates), path).toMatchObject({ verdict: "pass" })
})

test.runIf(process.platform === "linux")("interrupted: nothing of the gate is left", async () => {
  const repo = makeRepo()
  const court = courtroom(repo)
  const { judge } = await import("../../core/steps/judge.ts")
  const { RunIdentity } = await import("../../core/world/runIdentity.ts")
  const file = join(court.root, "pid")
  const request = court.request(
    "main",
    terms([shellGate("a", `setsid sh -c 'echo $$ > "${file}.new"; mv "${file}.new" "${file}"; sleep 60' & wait`)]),
  )
  const there = Effect.suspend(() => (existsSync(file) ? Effect.void : Effect.fail("not yet"))).pipe(
    Effect.retry({ schedule: (await import("effect/Schedule")).spaced("10 millis") }),
  )
  await inWorld(repo.path, Effect.raceFirst(judge(request), there).pipe(Effect.provide(RunIdentity.layer)))
  expect(alive(Number(readFileSync(file, "utf8")))).toBe(false)
})
