import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { forkOf } from "../../../core/steps/commit/forkOf.ts"
import { dice, seed } from "../../support/dice.ts"
import { plantHistory } from "../../support/histories.ts"
import { makeRepo } from "../../support/repo.ts"
import { inWorld } from "../../support/world.ts"

test.each([0, 0.2])(`with %s merges a commit it says what git says, or nothing (seed ${seed})`, { timeout: 60_000 }, async (merges) => {
  const roll = dice(seed)
  const repo = makeRepo()
  const commits = plantHistory(repo, roll, { commits: 30, merges })
  const pairs = Array.from({ length: 20 }, () => {
    const one = () => commits[Math.floor(roll() * commits.length)] ?? ""
    return [one(), one()] as const
  })
  const forks = await inWorld(
    repo.path,
    Effect.forEach(pairs, ([one, other]) => forkOf(one, other)),
  )
  for (const [n, fork] of forks.entries()) {
    const [one = "", other = ""] = pairs[n] ?? []
    if (merges === 0) expect(fork).toBeDefined()
    if (fork === undefined) continue
    const beyond = (tip: string, not: string) => repo.git("rev-list", "--topo-order", tip, "--not", not).split("\n").filter(Boolean)
    expect({ bases: [fork.base], one: fork.one, other: fork.other }).toEqual({
      bases: repo.git("merge-base", "--all", one, other).split("\n"),
      one: beyond(one, other),
      other: beyond(other, one),
    })
  }
})

test("where git sees other parents than the commits name, it says nothing", async () => {
  const repo = makeRepo()
  const first = repo.git("rev-parse", "HEAD")
  const second = repo.commit("second", { a: "a" })
  writeFileSync(join(repo.path, ".git/info/grafts"), `${second}\n`)
  expect(await inWorld(repo.path, forkOf(first, second))).toBeUndefined()
})
