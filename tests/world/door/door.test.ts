import * as Effect from "effect/Effect"
import { symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, test, vi } from "vitest"
import { tellFinding } from "../../../core/domain/secret/finding.ts"
import { Door } from "../../../core/world/door/door.ts"
import type { Swap } from "../../../core/world/git/refs.ts"
import { makeRepo, type Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

afterEach(() => vi.unstubAllEnvs())

// Put together here, so that this file holds none.
const token = ["ghp", "0123456789zyxwvutsrqABCDEFGHIJ987654"].join("_")
const aws = ["AKIA", "IOSFODNN7REALKEY"].join("")

const inDoor = <A, E>(repo: Repo, use: (door: Door["Service"]) => Effect.Effect<A, E>) =>
  inWorld(repo.path, Effect.flatMap(Effect.service(Door), use))

const look = async (repo: Repo, base: string, tip: string): Promise<readonly string[]> =>
  (await inDoor(repo, (door) => door.look([tip], [base]))).map((found) => tellFinding(found).replace(/,? ?commit \w+/, ""))

test("secrets that work adds are told by place and kind, never by what they are", async () => {
  vi.stubEnv("MY_API_TOKEN", "canary 4711")
  const repo = makeRepo({ "old.txt": `${token}\n`, "gone.txt": `${token}\n` })
  const base = repo.git("rev-parse", "HEAD")
  repo.git("rm", "-q", "gone.txt")
  repo.git("mv", "old.txt", "moved.txt")
  const tip = repo.commit("work", {
    "moved.txt": `one\n${token}\ntwo\n`,
    "a b/conf.ts": `// +++ b/x\n++ key\nconst key = "${aws}"\n`,
    "log.txt": "GET /?t=canary 4711\nsk-learn, AKIA, task-0123456789abcdefghijABCDEFGHIJ0123\n",
    "key.pem": ["-----BEGIN RSA PRIVATE", "KEY-----\n"].join(" "),
  })
  expect((await look(repo, base, tip)).toSorted()).toEqual([
    "a b/conf.ts:3 (an AWS key)",
    "key.pem:1 (a private key)",
    "log.txt:1 (the value of MY_API_TOKEN)",
  ])
})

test("what a commit added counts, although a later one took it away, or a merge brought it", async () => {
  const repo = makeRepo({ "a.txt": "a\n" })
  const base = repo.git("rev-parse", "HEAD")
  repo.commit("in", { "key.txt": `${token}\n` })
  repo.git("rm", "-q", "key.txt")
  repo.git("commit", "-qm", "out")
  repo.git("switch", "-qc", "side", base)
  repo.commit("clean", { "b.txt": "b\n" })
  repo.git("merge", "-q", "--no-edit", "main")
  expect(await look(repo, base, "side")).toEqual(["key.txt:1 (a GitHub token)"])
  // What the other side had already is not the merge's.
  expect(await look(repo, "main", "side")).toEqual([])
})

test("a secret is seen whatever the file does to hide it", async () => {
  const repo = makeRepo({ "a.txt": "a\n" })
  const base = repo.git("rev-parse", "HEAD")
  const put = (name: string, bytes: string | Buffer) => writeFileSync(join(repo.path, name), bytes)
  put("behind NUL bytes", `\0\0\n${token}\n`)
  put("in UTF-16", Buffer.from(`\uFEFFa\nk=${token}\n`, "utf16le"))
  put("in UTF-16 the other way round", Buffer.from(`a\nk=${token}\n`, "utf16le").swap16())
  put(".gitattributes", "* -diff\n")
  put("large", `${"word ".repeat(104_850)}\n${token}\n${"word\n".repeat(300_000)}`)
  symlinkSync(`/t/${token}`, join(repo.path, "link"))
  repo.write(`d/${token}.md`, "x\n")
  repo.git("add", "-A")
  repo.git("commit", "-qm", "work")
  expect(await look(repo, base, "HEAD")).toEqual([
    "behind NUL bytes:2 (a GitHub token)",
    "the name of d/(redacted GitHub token).md (a GitHub token)",
    "in UTF-16:2 (a GitHub token)",
    "in UTF-16 the other way round:2 (a GitHub token)",
    "large:2 (a GitHub token)",
    "link:1 (a GitHub token)",
  ])
})

test("a secret is seen in what a commit says, and in who is said to have made it", async () => {
  const repo = makeRepo({ "a.txt": "a\n" })
  const base = repo.git("rev-parse", "HEAD")
  repo.git("commit", "-q", "--allow-empty", "-m", "title", "-m", `use ${token}`)
  repo.git("commit", "-q", "--allow-empty", "-m", "more", `--author=${aws} <a@example.com>`)
  expect((await look(repo, base, "HEAD")).map((told) => told.replace(/of {2}/, "of "))).toEqual([
    "the message of (a GitHub token)",
    "the author of (an AWS key)",
  ])
})

test("no object is put in front of the one that would be sent", async () => {
  const repo = makeRepo({ "a.txt": "a\n" })
  const base = repo.git("rev-parse", "HEAD")
  const dirty = repo.commit("work", { "key.txt": `${token}\n` })
  repo.git("switch", "-qc", "clean", base)
  const clean = repo.commit("work", { "key.txt": "none\n" })
  repo.git("replace", dirty, clean)
  repo.git("replace", repo.git("rev-parse", `${dirty}:key.txt`), repo.git("rev-parse", `${clean}:key.txt`))
  expect(await look(repo, base, dirty)).toEqual(["key.txt:1 (a GitHub token)"])
})

const swap = (ref: string, to: string | undefined, from?: string): Swap => ({ ref, from, to })

test("nothing leaves that was not looked through: branches, records, tags, and what is not there", async () => {
  const repo = makeRepo({ "a.txt": "a\n" })
  const base = repo.git("rev-parse", "HEAD")
  const tip = repo.commit("work", { "key.txt": `${token}\n` })
  repo.git("tag", "-m", "x", "v1", base)
  writeFileSync(join(repo.path, ".git", "blob"), `key ${token}\n`)
  const blob = repo.git("hash-object", "-w", join(repo.path, ".git", "blob"))
  const held = (...moves: readonly Swap[]) =>
    inDoor(repo, (door) => Effect.flip(door.clear(moves))).then(({ message, exit }) => {
      expect(message).not.toContain(token)
      expect(exit).toBe(5)
      return message
    })
  expect(await held(swap("refs/heads/x", tip, base))).toMatch(/^refs\/heads\/x was not sent: it seems to hold a secret: key\.txt:1/)
  expect(await held(swap("refs/osier/tasks/1", tip))).toContain("key.txt:1 (a GitHub token")
  expect(await held(swap("refs/osier/keep/1/1", blob))).toContain("refs/osier/keep/1/1 (a GitHub token)")
  expect(await held(swap("refs/tags/v1", repo.git("rev-parse", "v1")))).toContain("not looked through: it is a tag")
  expect(await held(swap("refs/heads/x", "1".repeat(40)))).toContain("not looked through: it is a missing object")
  const cleared = await inDoor(repo, (door) => {
    // The remote has it already: nothing of it is news there.
    door.heard(new Map([["refs/heads/x", tip]]))
    return door.clear([swap("refs/heads/y", tip), swap("refs/heads/z", undefined, base)])
  })
  expect(cleared.moves).toHaveLength(2)
})

test("a person's word lets a secret pass, wherever it stands, and no other", async () => {
  const repo = makeRepo({ "a.txt": "a\n" })
  const base = repo.git("rev-parse", "HEAD")
  const first = repo.commit("one", { "key.txt": `${token}\n` })
  const second = repo.commit("two", { "again.txt": `x\ny ${token}\n` })
  const third = repo.commit("three", { "other.txt": `${aws}\n` })
  const told = await inDoor(repo, (door) =>
    Effect.gen(function* () {
      yield* door.permit(yield* door.look([first], [base]))
      yield* door.clear([swap("refs/heads/x", second, base)])
      return yield* Effect.flip(door.clear([swap("refs/heads/x", third, base)]))
    }),
  )
  expect(told.findings.map(({ path }) => path)).toEqual(["other.txt"])
})
