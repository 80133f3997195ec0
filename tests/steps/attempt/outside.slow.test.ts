import * as Effect from "effect/Effect"
import { join } from "node:path"
import { expect, test } from "vitest"
import { compare, fingerprint } from "../../../core/steps/attempt/outside.ts"
import { makeRepo, type Repo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

const look = (repo: Repo) => inWorld(repo.path, fingerprint())

const changes = async (repo: Repo, act: () => void, except: readonly string[] = []) => {
  const before = await look(repo)
  act()
  return compare(before, await look(repo), { except })
}

test("looking changes nothing, and what did not change is not told", async () => {
  const repo = makeRepo()
  repo.write("untracked ü\n", "x")
  repo.write("README.md", "dirty")
  expect(await changes(repo, () => undefined)).toEqual([])
})

test("refs: moved, made and deleted; osier's own and those of live tasks are not told", async () => {
  const repo = makeRepo()
  const first = repo.git("rev-parse", "HEAD")
  const second = repo.commit("two", { "b.txt": "b" })
  repo.git("branch", "old", first)
  repo.git("branch", "gone", first)
  const told = await changes(repo, () => {
    repo.git("branch", "-f", "old", second)
    repo.git("tag", "v1")
    repo.git("branch", "-d", "gone")
    repo.git("update-ref", "refs/osier/keep/1/1", first)
    repo.git("update-ref", "refs/heads/task/x-1", first)
  }, ["refs/heads/task/x-1"])
  expect(told).toEqual([
    { kind: "ref", what: "refs/heads/gone", from: first },
    { kind: "ref", what: "refs/heads/old", from: first, to: second },
    { kind: "ref", what: "refs/tags/v1", to: second },
  ])
})

test("the checkout: a file that was dirty before and changes again, a new one, a staged one, HEAD", async () => {
  const repo = makeRepo({ "a.txt": "a\n", "b.txt": "b\n" })
  repo.write("a.txt", "dirty\n")
  const names = async (act: () => void) => (await changes(repo, act)).map(({ kind, what }) => `${kind} ${what}`)
  expect(await names(() => repo.write("a.txt", "dirtier\n"))).toEqual(["checkout a.txt"])
  expect(await names(() => repo.write("dir/new\nname x", ""))).toEqual(["checkout dir/new\nname x"])
  expect((await names(() => void repo.git("add", "a.txt"))).toSorted()).toEqual(["checkout a.txt", "checkout index"])
  expect(await names(() => void repo.git("symbolic-ref", "HEAD", "refs/heads/other"))).toContain("checkout HEAD")
})

test("a bare repository has no checkout to look at", async () => {
  const repo = makeRepo()
  repo.git("clone", "-q", "--bare", ".", "../bare.git")
  const print = await Effect.runPromise(Effect.promise(() => inWorld(join(repo.path, "../bare.git"), fingerprint())))
  expect([...print.checkout.keys()]).toEqual(["HEAD"])
})
