import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { refFiles } from "../../../core/world/git/refFiles.ts"
import { dice, seed } from "../../support/dice.ts"
import { makeRepo, type Repo } from "../../support/repo.ts"

const byGit = (repo: Repo, prefix: string) =>
  repo
    .git("for-each-ref", "--format=%(refname) %(objectname)", prefix)
    .split("\n")
    .filter((row) => row !== "")
const read = async (repo: Repo, prefix: string) => {
  const found = await refFiles(join(repo.path, ".git"))(prefix)
  return found === undefined ? undefined : [...found].map(([ref, oid]) => `${ref} ${oid}`)
}

test(`loose, packed, packed again, moved and deleted: it says what git says (seed ${seed})`, { timeout: 60_000 }, async () => {
  const roll = dice(seed)
  const repo = makeRepo()
  const [a, b] = [repo.git("rev-parse", "HEAD"), repo.commit("b", { b: "b" })]
  const fromFiles = refFiles(join(repo.path, ".git"))
  for (let n = 0; n < 24; n++) {
    const name = `refs/osier/${["locks/task", "tasks", "keep/x"][Math.floor(roll() * 3)] ?? ""}/${Math.floor(roll() * 6)}`
    const act = roll()
    if (act < 0.6) repo.git("update-ref", name, act < 0.3 ? a : b)
    else if (act < 0.8) repo.git("update-ref", "-d", name)
    else repo.git("pack-refs", "--all")
    for (const prefix of ["refs/osier/", "refs/osier/tasks/", "refs/"]) {
      const found = await fromFiles(prefix)
      expect([...(found ?? [])].map(([ref, oid]) => `${ref} ${oid}`)).toEqual(byGit(repo, prefix))
    }
  }
})

test("a symbolic ref is read as what it leads to", async () => {
  const repo = makeRepo()
  repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
  repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
  repo.git("pack-refs", "--all")
  expect(await read(repo, "refs/remotes/")).toEqual(byGit(repo, "refs/remotes/"))
})

test.each([
  ["another ref format", (repo: Repo) => mkdirSync(join(repo.path, ".git/reftable"))],
  ["a torn file", (repo: Repo) => writeFileSync(join(repo.path, ".git/refs/heads/torn"), "12345\n")],
  ["an empty file", (repo: Repo) => writeFileSync(join(repo.path, ".git/refs/heads/empty"), "")],
  ["zeros", (repo: Repo) => writeFileSync(join(repo.path, ".git/refs/heads/zero"), `${"0".repeat(40)}\n`)],
  ["a name that git refuses", (repo: Repo) => writeFileSync(join(repo.path, ".git/refs/heads/a..b"), "")],
  ["a link that leads nowhere", (repo: Repo) => writeFileSync(join(repo.path, ".git/refs/heads/dangling"), "ref: refs/heads/none\n")],
  ["a packed line that is none", (repo: Repo) => writeFileSync(join(repo.path, ".git/packed-refs"), "rubbish\n")],
])("with %s it leaves the answer to git", async (_name, spoil) => {
  const repo = makeRepo()
  spoil(repo)
  expect(await read(repo, "refs/heads/")).toBeUndefined()
})

test("lock files are no refs", async () => {
  const repo = makeRepo()
  writeFileSync(join(repo.path, ".git/refs/heads/main.lock"), "")
  expect(await read(repo, "refs/heads/")).toEqual(byGit(repo, "refs/heads/"))
})
