import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import type { JudgeInput, JudgeTree } from "../../../core/steps/gate/judgeTree.ts"
import { withJudge } from "../../../core/steps/gate/judgeTree.ts"
import { courtroom, shellGate, terms } from "../../support/courtroom.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"
import { alive } from "../../support/alive.ts"
import { use } from "../../support/judging.ts"

test("a trusted checkout moves to the next tree, keeps only what may stay, and starts anew when told or untrusted", async () => {
  const repo = makeRepo({ ".gitignore": "node_modules\n*.log\n", "a.txt": "1", "dir/gone.txt": "1" })
  const one = repo.git("rev-parse", "HEAD")
  repo.git("rm", "-q", "-r", "dir")
  const two = repo.commit("two", { "a.txt": "2", "new.txt": "2" })
  const litter = ({ path }: JudgeTree) => {
    for (const name of ["node_modules", "stray", "dir"]) mkdirSync(join(path, name), { recursive: true })
    for (const name of ["node_modules/cache", "stray/y", "x.log", "dir/z", "- \n'é"]) writeFileSync(join(path, name), "")
  }
  const setUp = ({ path }: { readonly path: string }) =>
    Effect.sync(() => {
      mkdirSync(join(path, "node_modules"), { recursive: true })
      if (!existsSync(join(path, "node_modules/x"))) writeFileSync(join(path, "node_modules/x"), "")
      return []
    })
  const court = courtroom(repo)
  const keepIgnored = { keepIgnored: ["node_modules"], prepare: setUp }
  const inNext = (commit: string, more: Partial<JudgeInput> = {}) => use(repo, commit, { ...keepIgnored, ...more }, litter, court)
  const names = [".gitignore", "a.txt", "dir", "node_modules"]
  expect(await inNext(one)).toMatchObject({ cold: true, names })
  expect(await inNext(two)).toMatchObject({ cold: false, names: [".gitignore", "a.txt", "new.txt", "node_modules"] })
  expect(readdirSync(join(court.root, ".judge/1/tree/node_modules"))).toContain("x")
  expect(await inNext(one, { cold: true })).toMatchObject({ cold: true, names })
  await inWorld(
    repo.path,
    withJudge({ root: court.root, commit: one, ...keepIgnored, graceMs: 300 }, () => Effect.void),
    court.seen,
  )
  expect(await inNext(one)).toMatchObject({ cold: true })
  // Another process has seen nothing of it.
  expect(await use(repo, one, keepIgnored)).toMatchObject({ cold: true })
})

const touched = (path: string, text: string) => {
  const before = statSync(path)
  writeFileSync(path, text)
  utimesSync(path, before.atime, before.mtime)
}

test.each<readonly [string, (slot: string) => void]>([
  ["a tracked file", (slot) => touched(join(slot, "tree/a.txt"), "2\n")],
  ["what set-up made", (slot) => touched(join(slot, "tree/node_modules/check.sh"), "0")],
  ["a program taken away", (slot) => rmSync(join(slot, "tree/node_modules/check.sh"))],
  [
    "a folder, by a link",
    (slot) => {
      renameSync(join(slot, "tree"), join(slot, "moved"))
      symlinkSync("moved", join(slot, "tree"))
    },
  ],
  [
    "the index, so that a change isn't seen",
    (slot) => {
      const own = ["--git-dir", join(slot, "git"), "--work-tree", join(slot, "tree")]
      const env = { ...process.env, GIT_INDEX_FILE: join(slot, "index") }
      execFileSync("git", [...own, "update-index", "--assume-unchanged", "a.txt"], { env })
      writeFileSync(join(slot, "tree/a.txt"), "2\n")
    },
  ],
])("a standing checkout that somebody changed is made anew: %s", async (_, poison) => {
  const repo = makeRepo({ ".gitignore": "node_modules\n", "a.txt": "1\n" })
  const court = courtroom(repo)
  const prepare = ({ path }: { readonly path: string }) =>
    Effect.sync(() => {
      mkdirSync(join(path, "node_modules"), { recursive: true })
      if (!existsSync(join(path, "node_modules/check.sh"))) writeFileSync(join(path, "node_modules/check.sh"), "1")
      return []
    })
  const more = { keepIgnored: ["node_modules"], prepare }
  const { path } = await use(repo, "main", more, undefined, court)
  expect(await use(repo, "main", more, undefined, court)).toMatchObject({ cold: false, changed: [] })
  poison(dirname(path))
  expect(await use(repo, "main", more, undefined, court)).toMatchObject({ cold: true, changed: [] })
  expect(readFileSync(join(path, "a.txt"), "utf8")).toBe("1\n")
  expect(readFileSync(join(path, "node_modules/check.sh"), "utf8")).toBe("1")
  // What was only added is taken away, and the rest counts as it is.
  writeFileSync(join(path, "node_modules/evil.sh"), "")
  expect(await use(repo, "main", more, undefined, court)).toMatchObject({ cold: false })
  expect(readdirSync(join(path, "node_modules"))).toEqual(["check.sh"])
})

test("what one gate does to the judge's own files doesn't help the next one", async () => {
  const repo = makeRepo({ ".gitignore": "made\n", "a.txt": "1\n" })
  const inForce = (first: string, second: string) =>
    terms([shellGate("first", first), shellGate("second", second)], { setup: [{ run: ["sh", "-c", "echo 1 > made"], when: [] }] })
  const hidden = "echo 2 > a.txt; GIT_DIR=../git GIT_INDEX_FILE=../index GIT_WORK_TREE=. git update-index --assume-unchanged a.txt"
  expect(await courtroom(repo).judge("main", inForce(hidden, "false"))).toMatchObject({ verdict: "unrunnable" })
  const excluded =
    "echo 2 > a.txt; mkdir -p ../git/info; echo 'a.txt -diff' > ../git/info/attributes; git --git-dir ../git config core.worktree /"
  expect(await courtroom(repo).judge("main", inForce(excluded, "false"))).toMatchObject({ verdict: "unrunnable" })
  const court = courtroom(repo)
  expect(await court.judge("main", inForce("echo 2 > made", 'test "$(cat made)" = 1'))).toMatchObject({ verdict: "pass" })
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
  const { judge } = await import("../../../core/steps/gate/judge.ts")
  const { RunIdentity } = await import("../../../core/world/git/runIdentity.ts")
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
